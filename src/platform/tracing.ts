import type { Log } from './log.ts';
import { messageOf } from './errors.ts';
import { createTracer } from './traces.ts';

/** Traces that are sent to a collector. */
export interface Tracing {
  readonly tracer: ReturnType<typeof createTracer>;
  /** Sends what is still here, for at most a few seconds. Never rejects. */
  stop(): Promise<void>;
}

const STOP_MS = 3_000;
/** These lines of the packages run on Node 20. */
const PACKAGES =
  '@opentelemetry/sdk-trace-base@2 @opentelemetry/resources@2 @opentelemetry/exporter-trace-otlp-http@0.223';

/**
 * Tracing, when the environment asks for it (`OTEL_EXPORTER_OTLP_ENDPOINT`, or `…_TRACES_ENDPOINT`; not with
 * `OTEL_SDK_DISABLED=true` or `OTEL_TRACES_EXPORTER=none`). The SDK is not among the dependencies, because it is large
 * and most installations do without: when it is missing the log says how to get it, and the gateway runs untraced.
 */
export async function openTracing(
  environment: NodeJS.ProcessEnv,
  version: string,
  log: Log,
): Promise<Tracing | undefined> {
  if (!isWanted(environment)) return undefined;
  try {
    return await startTracing(environment, version);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    log.error(
      { err: messageOf(error) },
      isMissing
        ? `no traces are sent: packages are missing; install them beside toolgate: npm install ${PACKAGES}`
        : 'no traces are sent: tracing could not be started',
    );
    return undefined;
  }
}

function isWanted(environment: NodeJS.ProcessEnv): boolean {
  const endpoint =
    environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (!endpoint || environment['OTEL_SDK_DISABLED'] === 'true') return false;
  return environment['OTEL_TRACES_EXPORTER'] !== 'none';
}

async function startTracing(environment: NodeJS.ProcessEnv, version: string): Promise<Tracing> {
  const [api, sdk, otlp, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const resource = resources
    .defaultResource()
    .merge(
      resources.resourceFromAttributes({
        'service.name': environment['OTEL_SERVICE_NAME'] || 'toolgate',
        'service.version': version,
      }),
    )
    .merge(resources.detectResources({ detectors: [resources.envDetector] }));
  const provider = new sdk.BasicTracerProvider({
    resource,
    // sampler, limits and batching are read from the environment by the SDK
    spanProcessors: [new sdk.BatchSpanProcessor(new otlp.OTLPTraceExporter())],
  });
  return {
    tracer: createTracer(api, provider.getTracer('toolgate', version)),
    async stop() {
      const limit = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
      await Promise.race([provider.shutdown().catch(() => {}), limit]);
    },
  };
}
