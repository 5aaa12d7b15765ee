import type { DataCenter } from './data-center.ts';
import { DataCenters } from './data-centers.ts';

type Row = readonly [id: string, domain: string, accounts: string, upload: string];

/** Ids are no top-level domains, and `ca` has its accounts on another domain than its API. */
const rows: readonly Row[] = [
  ['us', '.com', 'accounts.zoho.com', 'content.zohoapis.com'],
  ['eu', '.eu', 'accounts.zoho.eu', 'content.zohoapis.eu'],
  ['in', '.in', 'accounts.zoho.in', 'content.zohoapis.in'],
  ['au', '.com.au', 'accounts.zoho.com.au', 'content.zohoapis.com.au'],
  ['jp', '.jp', 'accounts.zoho.jp', 'content.zohoapis.jp'],
  ['cn', '.com.cn', 'accounts.zoho.com.cn', 'content.zohoapis.com.cn'],
  ['ca', '.ca', 'accounts.zohocloud.ca', 'upload.zohocloud.ca'],
  ['sa', '.sa', 'accounts.zoho.sa', 'files.zoho.sa'],
  ['uk', '.uk', 'accounts.zoho.uk', 'content.zohoapis.uk'],
  ['ae', '.ae', 'accounts.zoho.ae', 'content.zohoapis.ae'],
];

function dataCenterOf([id, domain, accounts, upload]: Row): DataCenter {
  return {
    id,
    domain,
    accounts: `https://${accounts}`,
    api: {
      production: `https://www.zohoapis${domain}`,
      sandbox: `https://sandbox.zohoapis${domain}`,
      developer: `https://developer.zohoapis${domain}`,
    },
    upload: `https://${upload}`,
  };
}

/**
 * The public data centres of the original. New ones appear: make your own table of these and further ones.
 *
 * @example
 * const table = new DataCenters([...zohoDataCenters, myDataCenter]);
 */
export const zohoDataCenters: DataCenters = new DataCenters(rows.map(dataCenterOf));
