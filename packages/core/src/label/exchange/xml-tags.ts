/** @file The tags of an XML file in order, with their attributes: enough for files that programs write. Nothing is expanded but the five entities of XML and characters by number. */

export interface XmlTag {
  name: string;
  attributes: Readonly<Record<string, string>>;
  kind: 'open' | 'close' | 'empty';
  /** Text between this tag and the next. */
  text: string;
}

const tagPattern =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<![^>]*>|<(\/?)([\w:.-]+)((?:[^"'>]|"[^"]*"|'[^']*')*?)(\/?)>([^<]*)/g;
const attributePattern = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

export function* listTags(source: string): Generator<XmlTag> {
  for (const [, slash, name, inside = '', end, text = ''] of source.matchAll(tagPattern)) {
    if (name === undefined) continue;
    const attributes: Record<string, string> = {};
    for (const [, key = '', double, single] of inside.matchAll(attributePattern))
      attributes[key] = decode(double ?? single ?? '');
    yield { name, attributes, kind: slash ? 'close' : end ? 'empty' : 'open', text: decode(text.trim()) };
  }
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decode = (text: string): string =>
  text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? whole;
      const code = Number.parseInt(hex ?? decimal ?? '', hex === undefined ? 10 : 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );

/** For attributes and text. */
export const encodeXml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (one) => `&${Object.keys(named).find((key) => named[key] === one)};`);
