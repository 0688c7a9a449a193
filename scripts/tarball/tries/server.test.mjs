// What a user has among their tests.
import { loadContract, startReference } from 'plumbline';
import { conformanceTests } from 'plumbline/vitest';
import { afterAll } from 'vitest';

/** @type {import('plumbline').Reference | undefined} */
let reference;
conformanceTests(
  async () => {
    const contract = await loadContract();
    reference = await startReference({ contract, surfaces: ['beam'], dialects: { beam: 'document' } });
    return reference;
  },
  { surface: 'beam', only: 'beam/transport/**' },
);
afterAll(() => reference?.close());
