import { z } from "zod";
import type { NewInvite, ProviderID, Role } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";

/** An MSP or a client as a picker holds it. */
export interface Node {
  id: string;
  name: string;
}

/** What the form asks for. msp and client are null where not chosen yet, or not asked. */
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

/** How long an invite may be good for, in days; three unless told. */
export const lives = [1, 3, 7, 14, 30];

export const needsMSP = (role: Role): boolean => role === "msp_admin" || role === "msp_user";
export const needsClient = (role: Role): boolean => role === "client_user";

const node = z.object({ id: z.string(), name: z.string() }).nullable();
const empty = z.literal("");

/** What must hold before the form is sent; the server checks all of it again. */
export const inviteSchema = () =>
  z
    .object({
      email: z
        .string()
        .trim()
        .max(254, t("admin.wrong.email"))
        .pipe(z.email(t("admin.wrong.email"))),
      role: z.enum(["mssp_admin", "mssp_staff", "msp_admin", "msp_user", "client_user"]),
      msp: node,
      client: node,
      provider: z.enum(["google", "entra"]),
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

/** The form as the API takes it: only what the role and the provider are about. */
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

/** The field of the form a problem is about. A conflict is about the address: it has an invite or an account. */
export function fieldOf(problem: Problem): keyof InviteForm | undefined {
  const named = problem.field && fields[problem.field.replace(/^body\./, "")];
  return named || (problem.code === "conflict" ? "email" : undefined);
}
