import { demoPipeline } from './settings.js';

/** How many records each module has, in the order in which they can be made. */
const counts = {
  Vendors: 20,
  Products: 80,
  Price_Books: 4,
  Campaigns: 24,
  Leads: 900,
  Accounts: 250,
  Contacts: 600,
  Deals: 400,
  Tasks: 250,
  Events: 120,
  Calls: 150,
  Quotes: 60,
  Sales_Orders: 40,
  Purchase_Orders: 20,
  Invoices: 40,
  Cases: 100,
  Solutions: 30,
  Notes: 200,
};
export const demoModules = Object.keys(counts);
const words = {
  first:
    'Ada Ben Cleo Dara Emil Fay Gil Hana Ivo June Kai Lea Milo Nora Otis Pia Quinn Rosa Sami Tess Uma Vito Wren Yara Zeno'.split(
      ' ',
    ),
  last: 'Amberley Birchfield Copperdale Dunmarsh Elderwick Fernhollow Greystoke Heatherby Ironbrook Juniper Kestrelton Larkmoor Mossbank Netherby Oakhurst Pebblebrook Quillfeather Ravenscar Stonebridge Thornbury Underhill Vinewood Willowmere Yarrowdale'.split(
    ' ',
  ),
  company:
    'Alder Basalt Cobalt Dune Ember Fjord Garnet Harbor Indigo Jasper Kelp Lumen Marble Nimbus Onyx Pumice Quartz Ripple Saffron Tundra Umber Velvet Walnut Zephyr'.split(
      ' ',
    ),
  kind: 'Analytics Bakeries Components Dynamics Engineering Foods Gardens Instruments Logistics Textiles Tools Works'.split(
    ' ',
  ),
  product:
    'Anchor Beacon Compass Drill Engine Filter Gauge Hinge Inverter Lantern Motor Pump Relay Sensor Valve Winch'.split(
      ' ',
    ),
  city: 'Northport,Eastvale,Southmere,Westhaven,Middleford,Lakeside,Hillcrest,Riverbend'.split(','),
  industry: ['Manufacturing', 'Financial Services', 'Non-profit Education', 'Service Provider', 'Technology'],
  source: ['Advertisement', 'Cold Call', 'Employee Referral', 'Online Store', 'Partner', 'Trade Show', 'Web Research'],
  leadStatus: ['Attempted to Contact', 'Contact in Future', 'Contacted', 'Not Contacted', 'Pre-Qualified'],
  stage: [
    'Qualification',
    'Needs Analysis',
    'Value Proposition',
    'Identify Decision Makers',
    'Negotiation/Review',
    'Closed Won',
    'Closed Lost',
  ],
};
/** Numbers from a seed (mulberry32): enough for names, not for secrets. */
class Dice {
  #state;
  constructor(seed) {
    this.#state = seed;
  }
  below(limit) {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit) | 0;
  }
  of(items) {
    return items[this.below(items.length)];
  }
  ref(module) {
    return `@${module}.${this.below(counts[module])}`;
  }
}
const phone = (dice) => `+1 555 01${String(dice.below(100)).padStart(2, '0')} ${1000 + dice.below(9000)}`;
const companyName = (dice) => `${dice.of(words.company)} ${dice.of(words.kind)}`;
const domain = (company) => `${company.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.example`;
const mail = (first, last, index, company) => `${first}.${last}${index}@${domain(company)}`.toLowerCase();
const address = (dice, prefix) => ({
  [`${prefix}Street`]: `${1 + dice.below(200)} ${dice.of(words.last)} Road`,
  [`${prefix}City`]: dice.of(words.city),
  [`${prefix}Country`]: 'Exampleland',
});
const lines = (dice) =>
  Array.from({ length: 1 + dice.below(3) }, () => ({
    Product_Name: dice.ref('Products'),
    Quantity: 1 + dice.below(20),
    List_Price: 5 + dice.below(400),
  }));
const time = (day, hour) => `${day}T${String(hour).padStart(2, '0')}:00:00Z`;
const makers = {
  Vendors: (dice, index) => {
    const name = `${companyName(dice)} Supply`;
    return { Vendor_Name: name, Email: `sales${index}@${domain(name)}`, Phone: phone(dice), ...address(dice, '') };
  },
  Products: (dice, index) => ({
    Product_Name: `${dice.of(words.company)} ${dice.of(words.product)} ${100 + index}`,
    Product_Code: `GW-${1000 + index}`,
    Unit_Price: 5 + dice.below(400),
    Qty_in_Stock: dice.below(500),
    Product_Active: true,
    Vendor_Name: dice.ref('Vendors'),
  }),
  Price_Books: (_dice, index) => ({
    Price_Book_Name: `Price book ${index + 1}`,
    Active: true,
    Pricing_Model: 'Flat',
    Pricing_Details: [{ from_range: 1, to_range: 100, discount: 5 * (index + 1) }],
  }),
  Campaigns: (dice, index, day) => ({
    Campaign_Name: `${dice.of(words.city)} ${dice.of(['fair', 'webinar', 'mailing'])} ${index + 1}`,
    Start_Date: day(-200 + index * 10),
    End_Date: day(-190 + index * 10),
    Budgeted_Cost: 500 * (1 + dice.below(20)),
    Expected_Revenue: 5_000 * (1 + dice.below(20)),
  }),
  Leads: (dice, index) => {
    const [First_Name, Last_Name, Company] = [dice.of(words.first), dice.of(words.last), companyName(dice)];
    return {
      First_Name,
      Last_Name,
      Company,
      Email: mail(First_Name, Last_Name, index, Company),
      Phone: phone(dice),
      Lead_Source: dice.of(words.source),
      Lead_Status: dice.of(words.leadStatus),
      Industry: dice.of(words.industry),
      Annual_Revenue: 1_000 * (10 + dice.below(9_990)),
      No_of_Employees: 1 + dice.below(5_000),
      ...address(dice, ''),
    };
  },
  Accounts: (dice, index) => {
    const name = `${companyName(dice)} ${index + 1}`;
    return {
      Account_Name: name,
      Website: `https://www.${domain(name)}`,
      Phone: phone(dice),
      Industry: dice.of(words.industry),
      Employees: 1 + dice.below(5_000),
      Annual_Revenue: 1_000 * (10 + dice.below(99_990)),
      ...address(dice, 'Billing_'),
    };
  },
  Contacts: (dice, index) => {
    const [First_Name, Last_Name] = [dice.of(words.first), dice.of(words.last)];
    return {
      First_Name,
      Last_Name,
      Email: mail(First_Name, Last_Name, index, 'contacts'),
      Phone: phone(dice),
      Title: dice.of(['Buyer', 'Engineer', 'Director', 'Planner']),
      Account_Name: `@Accounts.${index % counts.Accounts}`,
      Lead_Source: dice.of(words.source),
      ...address(dice, 'Mailing_'),
    };
  },
  Deals: (dice, index, day) => {
    const contact = dice.below(counts.Contacts);
    return {
      Deal_Name: `${dice.of(words.product)}s for ${dice.of(words.city)} ${index + 1}`,
      // Every fifth goes its way through another pipeline.
      ...(index % 5 === 4
        ? { Pipeline: demoPipeline.name, Stage: dice.of(demoPipeline.stages) }
        : { Stage: dice.of(words.stage) }),
      Amount: 100 * (5 + dice.below(2_000)),
      Closing_Date: day(-120 + dice.below(240)),
      // The contact's own account, so that both agree.
      Account_Name: `@Accounts.${contact % counts.Accounts}`,
      Contact_Name: `@Contacts.${contact}`,
      Campaign_Source: dice.ref('Campaigns'),
    };
  },
  Tasks: (dice, _index, day) => ({
    Subject: dice.of(['Send offer', 'Prepare demo', 'Check contract', 'Ask for feedback']),
    Due_Date: day(-30 + dice.below(60)),
    Status: dice.of(['Not Started', 'In Progress', 'Completed']),
    Priority: dice.of(['High', 'Normal', 'Low']),
    What_Id: dice.ref('Deals'),
    $se_module: 'Deals',
  }),
  Events: (dice, _index, day) => {
    const [date, hour] = [day(-30 + dice.below(60)), 8 + dice.below(9)];
    return {
      Event_Title: dice.of(['Site visit', 'Review', 'Kick-off', 'Lunch']),
      Start_DateTime: time(date, hour),
      End_DateTime: time(date, hour + 1),
      Venue: dice.of(words.city),
      What_Id: dice.ref('Accounts'),
      $se_module: 'Accounts',
    };
  },
  Calls: (dice, _index, day) => ({
    Subject: dice.of(['First call', 'Follow-up', 'Renewal']),
    Call_Type: dice.of(['Inbound', 'Outbound']),
    Call_Start_Time: time(day(-30 + dice.below(30)), 8 + dice.below(9)),
    Call_Duration: `${String(1 + dice.below(50)).padStart(2, '0')}:00`,
    Who_Id: dice.ref('Contacts'),
  }),
  Quotes: (dice, index, day) => ({
    Subject: `Quote ${index + 1}`,
    Quote_Stage: dice.of(['Draft', 'Negotiation', 'Delivered']),
    Valid_Till: day(30),
    Account_Name: dice.ref('Accounts'),
    Quoted_Items: lines(dice),
  }),
  Sales_Orders: (dice, index) => ({
    Subject: `Order ${index + 1}`,
    Status: dice.of(['Created', 'Approved', 'Delivered']),
    Account_Name: dice.ref('Accounts'),
    Ordered_Items: lines(dice),
  }),
  Purchase_Orders: (dice, index) => ({
    Subject: `Purchase ${index + 1}`,
    Vendor_Name: dice.ref('Vendors'),
    Purchase_Items: lines(dice),
  }),
  Invoices: (dice, index, day) => ({
    Subject: `Invoice ${index + 1}`,
    Invoice_Date: day(-20),
    Account_Name: dice.ref('Accounts'),
    Invoiced_Items: lines(dice),
  }),
  Cases: (dice, index) => ({
    Subject: `${dice.of(['Delivery is late', 'Part is missing', 'Question about use', 'Wrong invoice'])} (${index + 1})`,
    Status: dice.of(['New', 'On Hold', 'Escalated', 'Closed']),
    Case_Origin: dice.of(['Email', 'Phone', 'Web']),
    Priority: dice.of(['High', 'Medium', 'Low']),
    Account_Name: dice.ref('Accounts'),
    Product_Name: dice.ref('Products'),
  }),
  Solutions: (dice, index) => ({
    Solution_Title: `How to mount the ${dice.of(words.product).toLowerCase()} (${index + 1})`,
    Question: 'Which tools are needed?',
    Answer: 'A wrench of size 13 and ten minutes.',
    Product_Name: dice.ref('Products'),
  }),
  Notes: (dice, index) => ({
    Note_Title: `Note ${index + 1}`,
    Note_Content: dice.of(['Prefers to be called in the morning.', 'Asked for a visit.', 'Knows us from the fair.']),
    Parent_Id: { id: dice.ref('Leads'), module: { api_name: 'Leads' } },
  }),
};
/** The records of a module. Dates lie around `todayMs`, so that open deals are due soon whenever the demo begins. */
export function demoRecords(module, todayMs) {
  const dice = new Dice(20_260_310 + demoModules.indexOf(module));
  const day = (offset) => new Date(todayMs + offset * 86_400_000).toISOString().slice(0, 10);
  return Array.from({ length: counts[module] }, (_, index) => makers[module](dice, index, day));
}
//# sourceMappingURL=generate.js.map
