import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];

export const quote = async (w: W): Promise<string> => {
  const product = await w.one('Products', { Product_Name: w.name('Product') });
  const line = { Product_Name: { id: product }, Quantity: 2, List_Price: 5 };
  return w.one('Quotes', { Subject: w.name('Quote'), Quoted_Items: [line] });
};
const toOrders = [{ module: { api_name: 'Sales_Orders' } }];

/** Conversion of many quotes. */
export const inventoryExamples: Examples = {
  'POST {module}/actions/mass_convert': async (w) => ({
    path: ['Quotes'],
    body: { convert_to: toOrders, ids: [await quote(w)] },
  }),
  'GET {module}/actions/mass_convert': async (w) => {
    const body = { convert_to: toOrders, ids: [await quote(w)] };
    const { json } = await w.call('POST', 'Quotes/actions/mass_convert', { body });
    return { path: ['Quotes'], query: { job_id: json.details.job_id } };
  },
};
