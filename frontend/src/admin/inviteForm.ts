import { z } from "zod";
import { providerIDs, roleLevels, roles } from "../bridge/enums";
import { limits } from "../bridge/limits";
import type { NewInvite, ProviderID, Role } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import type { Node } from "../customers/NodePicker";
import { t } from "../i18n/i18n";

/** The values of the form. msp and client are null while not chosen, and where the form has no such field. */
export interface InviteForm {
  email: string;
  role: Role;
  msp: Node | null;
  client: Node | null;
  provider: ProviderID;
  domain: string;
  tenant: string;
  days: number;
}

/** The choices for how long an invite is valid, in days; the default is 3. */
export const validDays = [1, 3, 7, 14, 30];

export const needsMSP = (role: Role): boolean => roleLevels[role] === "msp";
export const needsClient = (role: Role): boolean => roleLevels[role] === "client";

const node = z.object({ id: z.string(), name: z.string() }).nullable();
const empty = z.literal("");

/** Checks the form before it is sent; the server checks everything again. */
export const inviteSchema = () =>
  z
    .object({
      email: z
        .string()
        .trim()
        .max(limits.email, t("admin.wrong.email"))
        .pipe(z.email(t("admin.wrong.email"))),
      role: z.enum(roles),
      msp: node,
      client: node,
      provider: z.enum(providerIDs),
      domain: z
        .string()
        .trim()
        .pipe(
          empty.or(
            z.string().regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i, t("admin.wrong.domain")),
          ),
        ),
      tenant: z
        .string()
        .trim()
        .pipe(empty.or(z.guid(t("admin.wrong.tenant")))),
      days: z.number(),
    })
    .superRefine((form, context) => {
      const wrong = (path: keyof InviteForm, message: string) =>
        context.addIssue({ code: "custom", path: [path], message });
      if (needsMSP(form.role) && !form.msp) wrong("msp", t("admin.wrong.msp"));
      if (needsClient(form.role) && !form.client) wrong("client", t("admin.wrong.client"));
    });

/** The form as a request to the API, without the fields that do not belong to its role and provider. */
export function toNewInvite(form: InviteForm): NewInvite {
  const { email, role, provider, domain, tenant, days } = form;
  return {
    email,
    role,
    provider,
    expires_in_hours: days * 24,
    ...(needsMSP(role) && form.msp && { msp_id: form.msp.id }),
    ...(needsClient(role) && form.client && { client_id: form.client.id }),
    ...(domain && { domain }),
    ...(provider === "entra" && tenant && { tenant }),
  };
}

const fields: Record<string, keyof InviteForm> = {
  email: "email",
  role: "role",
  msp_id: "msp",
  client_id: "client",
  provider: "provider",
  domain: "domain",
  tenant: "tenant",
  expires_in_hours: "days",
};

/** The form field of a problem. A conflict belongs to the address: it already has an invite or an account. */
export function fieldOf(problem: Problem): keyof InviteForm | undefined {
  const named = problem.field && fields[problem.field.replace(/^body\./, "")];
  return named || (problem.code === "conflict" ? "email" : undefined);
}
