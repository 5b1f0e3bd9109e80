/** The files for containers against what they name: commands, paths, settings, probes, and each other. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from './settings.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const { validate } = createRequire(import.meta.url)('dockerfile-utils') as {
  validate(text: string): { message: string }[];
};

interface Service {
  image: string;
  build?: { context: string };
  command?: string[];
  environment: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  networks: string[];
  deploy?: { replicas: number };
  stop_grace_period?: string;
  read_only?: boolean;
  tmpfs?: string[];
}
interface Compose {
  name: string;
  services: Record<'database' | 'viva' | 'proxy', Service>;
  networks: Record<string, { ipam: { config: { subnet: string }[] } }>;
  volumes: Record<string, null>;
  secrets: Record<string, { file: string }>;
}

const dockerfile = read('Dockerfile');
const compose = parse(read('deploy/compose.yaml')) as Compose;
const caddyfile = read('deploy/Caddyfile');
const { viva, database, proxy } = compose.services;

const instructions = (name: string): string[] =>
  [...dockerfile.replaceAll('\\\n', ' ').matchAll(new RegExp(`^\\s*${name} (.*)$`, 'gm'))].map(
    ([, rest]) => rest ?? '',
  );
const environment = new Map(
  instructions('ENV').flatMap((text) =>
    [...text.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value] as const),
  ),
);
const settings = new Set(SETTINGS.map(({ name }) => name));

it('is a Dockerfile without faults', () => {
  expect(validate(dockerfile)).toEqual([]);
  // The check finds something.
  expect(validate('FRM node\nEXPOSE many')).not.toEqual([]);
});

it('copies what is there, and nothing that is left out of the context', () => {
  const ignored = new Set(read('.dockerignore').split('\n'));
  const sources = instructions('COPY')
    .filter((text) => !text.startsWith('--from'))
    .flatMap((text) => text.split(' ').slice(0, -1));
  expect(sources.length).toBeGreaterThan(5);
  expect(sources.filter((path) => !existsSync(join(ROOT, path)) || ignored.has(path))).toEqual([]);
  // What the build refers to has to be in the image as well.
  const { references } = JSON.parse(read('tsconfig.json')) as { references: { path: string }[] };
  const built = references.map(({ path }) => path.replace(/^\.\//, '').split('/')[0] ?? '');
  expect(built.filter((folder) => !sources.some((source) => source.replace('./', '') === folder))).toEqual(
    [],
  );
});

it('runs the command that the package installs, as nobody in particular, stopped by the signal it listens to', () => {
  const { bin } = JSON.parse(read('packages/cli/package.json')) as { bin: { viva: string } };
  const entry = JSON.parse(instructions('ENTRYPOINT')[0] ?? '') as string[];
  expect(join(entry[1] ?? '')).toBe(join('packages/cli', bin.viva));
  expect(viva.command?.join(' ')).toContain(`exec ${entry.join(' ')} start`);
  expect(read('packages/cli/src/commands/start.ts')).toContain(`'${instructions('STOPSIGNAL')[0]}'`);
  expect(instructions('USER').at(-1)).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(instructions('VOLUME')).toEqual([environment.get('VIVA_DATA')]);
  expect(instructions('EXPOSE')).toEqual([environment.get('PORT')]);
});

it('names settings that Viva reads, with values that it takes', async () => {
  const { readSettings } = await import('./settings.ts');
  const { POSTGRES_USER, POSTGRES_DB } = database.environment;
  const named = [
    ...[...environment.keys()].filter((name) => name !== 'NODE_ENV'),
    ...Object.keys(viva.environment),
    ...[...(viva.command?.join(' ') ?? '').matchAll(/export (\w+)=/g)].map(([, name = '']) => name),
  ];
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !settings.has(name))).toEqual([]);
  const { VIVA_SECRET_FILE: _, OTEL_EXPORTER_OTLP_ENDPOINT: __, ...plain } = viva.environment;
  expect(() => readSettings({ ...Object.fromEntries(environment), ...plain })).not.toThrow();
  // The account and the database are those that PostgreSQL is started with.
  expect(viva.command?.join(' ')).toContain(`postgres://${POSTGRES_USER}:`);
  expect(viva.command?.join(' ')).toContain(`@database/${POSTGRES_DB}"`);
});

it('is given every secret and folder that it names, and may write to no other', () => {
  for (const { secrets = [], volumes = [], environment: own, command = [] } of [viva, database, proxy]) {
    for (const secret of secrets) expect(compose.secrets[secret]?.file).toBe(`./${secret}`);
    const paths = [...`${JSON.stringify(own)} ${command.join(' ')}`.matchAll(/\/run\/secrets\/([\w-]+)/g)];
    expect(paths.map(([, name]) => name).filter((name = '') => !secrets.includes(name))).toEqual([]);
    for (const [source = ''] of volumes.map((volume) => volume.split(':')))
      expect(
        source.startsWith('./') ? existsSync(join(ROOT, 'deploy', source)) : source in compose.volumes,
      ).toBe(true);
  }
  expect(viva.read_only).toBe(true);
  const writable = [...(viva.volumes ?? []).map((volume) => volume.split(':')[1]), ...(viva.tmpfs ?? [])];
  expect(writable).toEqual(
    expect.arrayContaining([environment.get('VIVA_DATA'), viva.environment.VIVA_KEYS]),
  );
  // Secrets are files beside the compose file, and never in the repository.
  const tracked = existsSync(join(ROOT, '.git'))
    ? execFileSync('git', ['ls-files', 'deploy'], { cwd: ROOT, encoding: 'utf8' })
    : '';
  for (const { file } of Object.values(compose.secrets)) expect(tracked).not.toContain(file.slice(2));
});

it('is asked at its own probes, by name and port, and has the time to drain and to stop', () => {
  const [health = ''] = instructions('HEALTHCHECK');
  expect(health).toContain('/healthz');
  const upstreams = [...(/^\s*to (.*)$/m.exec(caddyfile)?.[1] ?? '').matchAll(/(\S+):(\d+)/g)];
  expect(upstreams.map(([, host, port]) => ({ host, port }))).toEqual(
    Array.from({ length: viva.deploy?.replicas ?? 0 }, (_, index) => ({
      // As compose names the containers of a service.
      host: `${compose.name}-viva-${index + 1}`,
      port: environment.get('PORT'),
    })),
  );
  expect(caddyfile).toMatch(/health_uri \/readyz/);
  const health_s = Number(/health_interval (\d+)s/.exec(caddyfile)?.[1]);
  const drain = Number(viva.environment.VIVA_DRAIN_SECONDS);
  const stop = Number(
    viva.environment.VIVA_STOP_SECONDS ?? SETTINGS.find(({ name }) => name === 'VIVA_STOP_SECONDS')?.fallback,
  );
  expect(drain).toBeGreaterThan(health_s);
  expect(Number.parseInt(viva.stop_grace_period ?? '', 10)).toBeGreaterThan(drain + stop);
});

it('believes the addresses that its own proxy passes on, and nobody else’s', () => {
  const [network = ''] = viva.networks;
  expect(proxy.networks).toContain(network);
  expect(viva.environment.VIVA_TRUST_PROXY).toBe(compose.networks[network]?.ipam.config[0]?.subnet);
  // The site is the proxy's; its file is mounted where its image reads it.
  for (const name of caddyfile.matchAll(/\{\$(\w+)\}/g))
    expect(proxy.environment).toHaveProperty(name[1] ?? '');
  expect(proxy.volumes).toContain('./Caddyfile:/etc/caddy/Caddyfile:ro');
});
