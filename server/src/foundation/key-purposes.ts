/** What keys that are derived from the platform's secret key are for, where the data that they protect can move. */
export const keyPurposes = {
  clientSecrets: 'client secrets',
  credentialSlots: 'credential slots',
  factors: 'second factors',
  homeIndex: 'home index',
  outside: 'outside providers',
  signing: 'signing keys',
} as const;
