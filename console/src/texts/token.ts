/** Texts of the screen that makes a token for trying calls. */
export const tokenTexts = {
  heading: 'Get a token',
  intro: 'An access token of your own, for the page to try calls of the API. No app is needed for it.',
  make: 'Make token',
  token: 'Access token',
  ends: (time: string) => `It ends ${time}.`,
  handedOver: 'The page to try calls that opened this window has the token.',
  close: 'Close this window',
  toTryPage: 'Open the page to try calls',
};
