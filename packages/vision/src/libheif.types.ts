/** @file What is used of libheif as `libheif-js` compiles it; its own types say less. */

/** Opaque. */
export type Handle = { readonly isHandle: unique symbol };
type Context = { readonly isContext: unique symbol };
type Picture = { readonly isPicture: unique symbol };
type Constant = object;

interface Failure {
  code: Constant;
  message: string;
}

interface Decoded {
  /** Absent, as the channels, where it failed. */
  image?: Picture;
  /** One where pixels are interleaved. `data` lies in WebAssembly's memory: rows of `stride` bytes. */
  channels?: { width: number; height: number; stride: number; data: Uint8Array }[];
  message?: string;
}

export interface Libheif {
  heif_error_code: { heif_error_Ok: Constant };
  heif_colorspace: { heif_colorspace_RGB: Constant };
  heif_chroma: { heif_chroma_interleaved_RGB: Constant; heif_chroma_interleaved_RGBA: Constant };
  heif_context_alloc(): Context;
  heif_context_free(context: Context): void;
  heif_context_read_from_memory(context: Context, bytes: Uint8Array): Failure;
  heif_js_context_get_primary_image_handle(context: Context): Handle | Failure | null;
  heif_image_handle_get_width(handle: Handle): number;
  heif_image_handle_get_height(handle: Handle): number;
  heif_image_handle_has_alpha_channel(handle: Handle): number;
  heif_image_handle_release(handle: Handle): void;
  heif_js_decode_image2(handle: Handle, colorspace: Constant, chroma: Constant): Decoded;
  heif_image_release(image: Picture): void;
}
