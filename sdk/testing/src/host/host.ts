/** Origins of a data centre. */
export interface Origins {
  readonly accounts: string;
  /** The API of the production environment. */
  readonly api: string;
  readonly sandboxApi: string;
  readonly developerApi: string;
  readonly console: string;
  /** File upload. */
  readonly content: string;
}

/** A platform that runs, however it was started. */
export interface Host {
  readonly adminOrigin: string;
  readonly adminToken: string;
  readonly dataCenters: Readonly<Record<string, Origins>>;
  /** Ends it and waits for that. */
  stop(): Promise<void>;
}

/** What a platform is started with. */
export interface HostOptions {
  readonly grantway: string;
  readonly dataDirectory: string;
  /** As in a configuration file. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly basePort: number;
}
