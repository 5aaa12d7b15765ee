/** The two bodies that say "too many tokens" (reference §11.3). */
export const throttleBodies = {
  current: {
    error_description: 'You have made too many requests continuously. Please try again after some time.',
    error: 'Access Denied',
    status: 'failure',
  },
  legacy: {
    error_description: 'Token creation throttle limit reached. Please reuse the valid tokens you currently have.',
    error: 'Access Denied',
  },
} as const;

/** What clients in China were seen to get for the error of the throttle body when texts are localised. */
export const throttleErrorByLanguage: Readonly<Record<string, string>> = { zh: '拒绝访问' };
