/** The part of tr46 that is used here; the package carries no types. */
declare module 'tr46' {
  interface Options {
    readonly checkBidi?: boolean;
    readonly checkHyphens?: boolean;
    readonly checkJoiners?: boolean;
    readonly useSTD3ASCIIRules?: boolean;
    readonly verifyDNSLength?: boolean;
  }
  const tr46: {
    /** The domain in lower-case ASCII; null when it is not valid. */
    toASCII(domain: string, options?: Options): string | null;
  };
  export default tr46;
}
