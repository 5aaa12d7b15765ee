export declare function findChromium(): string | undefined;
export declare function findRedis(): string | undefined;
export declare function findHaproxy(): string | undefined;
