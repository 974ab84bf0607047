/** What required Salesforce fields hold where HubSpot had nothing to give. Read as blank, so it never reaches HubSpot. */
export const NOT_PROVIDED = '[not provided]';
