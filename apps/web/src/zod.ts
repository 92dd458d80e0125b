/** @file Imported before any schema: keeps zod from probing `new Function`, which the page's CSP forbids. */
import { z } from 'zod';

z.config({ jitless: true });
