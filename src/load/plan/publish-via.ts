/**
 * How the publisher makes the target publish, credentials included: told to the publisher alone.
 * @module
 */
export type PublishVia =
  /** The signed trigger API; each publish is one step of a job's flow. */
  | {
      readonly kind: 'pusher-http';
      /** Origin, without a slash at its end. */
      readonly origin: string;
      readonly path: string;
      readonly key: string;
      readonly secret: string;
      /** Name of the event. */
      readonly event: string;
      readonly progress: 'number' | 'decimal-string';
      /** What stands before the base64 of a preview. */
      readonly previewPrefix: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  /** Progress of the jobs of each channel, which take turns. */
  | {
      readonly kind: 'emit-rest';
      readonly channels: readonly {
        /** Of each job. */
        readonly urls: readonly string[];
        readonly headers: Readonly<Record<string, string>>;
      }[];
    };
