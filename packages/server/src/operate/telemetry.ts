/**
 * OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT names a collector; without it none of its code is loaded. Spans and
 * metrics carry routes, never addresses with identifiers, and statements, never parameters.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Driver } from '../store/driver.ts';

export interface Outcome {
  /** The pattern, such as `/api/openings/:id`. */
  route: string;
  status: number;
}

export interface Telemetry {
  /** Runs a request in a span of its own, below the caller's where it sent a `traceparent`. */
  request(method: string, traceparent: string | undefined, work: () => Promise<Outcome>): Promise<void>;
  /** The same driver, with a span a statement. */
  observe(driver: Driver): Driver;
  /** What is asked for with every collection. */
  watch(gauges: { streams: () => number }): void;
  /** Sends what is left. */
  close(): Promise<void>;
}

export interface TelemetryOptions {
  /** Base address of an OTLP/HTTP collector: `/v1/traces` and `/v1/metrics` are added. */
  endpoint: string;
  /** `name=value,…`, sent as headers: an access token, for instance. */
  headers?: string | undefined;
  serviceName?: string | undefined;
  version: string;
  /** Milliseconds between two exports of metrics. */
  everyMs?: number | undefined;
}

/** `a=b,c=d` with percent-encoding, as the specification of OTEL_EXPORTER_OTLP_HEADERS has it. */
export const readHeaders = (text: string | undefined): Record<string, string> =>
  Object.fromEntries(
    (text ?? '').split(',').flatMap((pair) => {
      const at = pair.indexOf('=');
      return at < 1 ? [] : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]];
    }),
  );

/** W3C Trace Context, version 00. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

export async function openTelemetry({
  endpoint,
  headers,
  serviceName = 'viva',
  version,
  everyMs = 60_000,
}: TelemetryOptions): Promise<Telemetry> {
  const [api, resources, tracing, metrics, traceExport, metricExport, hooks] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/exporter-metrics-otlp-http'),
    import('@opentelemetry/context-async-hooks'),
  ]);
  const { context, trace, ROOT_CONTEXT, SpanKind, SpanStatusCode } = api;
  const base = endpoint.replace(/\/$/, '');
  const sent = readHeaders(headers);
  const resource = resources.resourceFromAttributes({
    'service.name': serviceName,
    'service.version': version,
    'service.instance.id': crypto.randomUUID(),
  });
  const manager = new hooks.AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(manager);
  const tracers = new tracing.BasicTracerProvider({
    resource,
    spanProcessors: [
      new tracing.BatchSpanProcessor(
        new traceExport.OTLPTraceExporter({ url: `${base}/v1/traces`, headers: sent }),
        { scheduledDelayMillis: Math.min(5_000, everyMs) },
      ),
    ],
  });
  const tracer = tracers.getTracer('viva', version);
  const meters = new metrics.MeterProvider({
    resource,
    readers: [
      new metrics.PeriodicExportingMetricReader({
        exporter: new metricExport.OTLPMetricExporter({ url: `${base}/v1/metrics`, headers: sent }),
        exportIntervalMillis: everyMs,
        exportTimeoutMillis: Math.min(everyMs, 30_000),
      }),
    ],
  });
  const meter = meters.getMeter('viva', version);
  const durations = meter.createHistogram('http.server.request.duration', {
    unit: 's',
    advice: {
      explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    },
  });
  const statements = meter.createHistogram('db.client.operation.duration', { unit: 's' });
  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  meter.createObservableGauge('nodejs.eventloop.delay.p99', { unit: 's' }).addCallback((result) => {
    result.observe(lag.percentile(99) / 1e9);
    lag.reset();
  });
  meter
    .createObservableGauge('process.memory.usage', { unit: 'By' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));

  const timed = async <T>(kind: string, sql: string, run: () => Promise<T>): Promise<T> => {
    const parent = trace.getSpan(context.active());
    // Statements outside requests, such as the listening connection's, are measured and not traced.
    const span = parent
      ? tracer.startSpan(kind, {
          kind: SpanKind.CLIENT,
          attributes: {
            'db.system.name': 'postgresql',
            'db.operation.name': kind,
            'db.query.text': sql.slice(0, 2_000),
          },
        })
      : undefined;
    const began = performance.now();
    try {
      return await run();
    } catch (error) {
      span?.setStatus({ code: SpanStatusCode.ERROR });
      const { code } = error as { code?: string };
      if (code) span?.setAttribute('db.response.status_code', code);
      throw error;
    } finally {
      span?.end();
      statements.record((performance.now() - began) / 1000, { 'db.operation.name': kind });
    }
  };

  return {
    request: (method, traceparent, work) => {
      const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
      const above =
        traceId && spanId
          ? trace.setSpanContext(ROOT_CONTEXT, {
              traceId,
              spanId,
              traceFlags: Number.parseInt(flags ?? '0', 16),
              isRemote: true,
            })
          : ROOT_CONTEXT;
      return tracer.startActiveSpan(method, { kind: SpanKind.SERVER }, above, async (span) => {
        const began = performance.now();
        try {
          const { route, status } = await work();
          const attributes = {
            'http.request.method': method,
            'http.route': route,
            'http.response.status_code': status,
          };
          span.updateName(`${method} ${route}`).setAttributes(attributes);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          durations.record((performance.now() - began) / 1000, attributes);
        } finally {
          span.end();
        }
      });
    },
    observe: (driver) => {
      const observed: Driver = {
        ...driver,
        transaction: (work, begin) =>
          driver.transaction(
            (run) =>
              work((sql, params) =>
                timed(/^\W*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? 'QUERY', sql, () => run(sql, params)),
              ),
            begin,
          ),
      };
      if (driver.connections) {
        const connections = meter.createObservableGauge('db.client.connection.count');
        connections.addCallback((result) => {
          const { idle = 0, used = 0, waiting = 0 } = driver.connections?.() ?? {};
          result.observe(idle, { 'db.client.connection.state': 'idle' });
          result.observe(used, { 'db.client.connection.state': 'used' });
          result.observe(waiting, { 'db.client.connection.state': 'waiting' });
        });
      }
      return observed;
    },
    watch: ({ streams }) =>
      void meter
        .createObservableGauge('viva.event_streams')
        .addCallback((result) => result.observe(streams())),
    close: async () => {
      lag.disable();
      // A collector that is away must not keep a server from stopping.
      await Promise.allSettled([tracers.shutdown(), meters.shutdown()]);
      manager.disable();
      context.disable();
    },
  };
}
