declare module 'libheif-js/libheif-wasm/libheif-bundle.js' {
  /** Its types are in libheif.types.ts. */
  const create: () => unknown;
  export default create;
}
