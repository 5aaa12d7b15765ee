/** The algorithms of ID tokens: RS256, which every client knows (reference §4.3), and ES256 for those that ask for it. */
export const signingAlgorithms = ['RS256', 'ES256'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];
export const defaultAlgorithm: SigningAlgorithm = 'RS256';
