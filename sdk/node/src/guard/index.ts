/** `@grantway/node/guard`: protects your own API with the tokens of the platform. */
export { type CacheOptions, cachedVerifier } from './cached.ts';
export { type Guard, guard, tokenOf } from './guard.ts';
export { type IntrospectionOptions, introspection } from './introspection.ts';
export { type JwtOptions, jwtVerifier } from './jwt.ts';
export { covers, type TokenVerifier, type VerifiedToken } from './verifier.ts';
