import type { RunningSample, SampleOptions } from '../../shared/platform.ts';
import { createTvApp } from './app.ts';
import { Tvs } from './devices.ts';

/** Starts the TV app; it accepts connections when the promise is kept. */
export async function startSample(options: SampleOptions): Promise<RunningSample> {
  const tvs = new Tvs(options);
  const app = createTvApp(options, tvs);
  const close = async () => {
    tvs.close();
    await app.close();
  };
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
