import { zodResolver } from "@hookform/resolvers/zod";
import { useMemo } from "react";
import { useForm } from "react-hook-form";
import type { Role } from "../bridge/models";
import { useCreateInvite } from "../bridge/mutations";
import { t } from "../i18n/i18n";
import { FormDialog } from "../parts/FormDialog";
import { useSession } from "../session/session";
import { CreatedDialog } from "./CreatedDialog";
import { InviteFields } from "./InviteFields";
import { fieldOf, type InviteForm, inviteSchema, toNewInvite } from "./inviteForm";

/** Creates an invite, then shows its code once. Closing the dialog discards the code. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { grant, me } = useSession();
  const create = useCreateInvite(grant.id);
  const { level, msp_id: ownMSP } = grant.scope;
  const defaults = useMemo<InviteForm>(
    () => ({
      email: "",
      role: firstRole(me.may_invite),
      msp: ownMSP ? { id: ownMSP, name: grant.node } : null,
      client: null,
      provider: "google",
      domain: "",
      tenant: "",
      days: 3,
    }),
    [me.may_invite, ownMSP, grant.node],
  );
  const { control, handleSubmit, setError, reset } = useForm<InviteForm>({
    defaultValues: defaults,
    resolver: zodResolver(inviteSchema()),
  });
  const send = handleSubmit((form) =>
    create.mutate(toNewInvite(form), {
      onError: (problem) => {
        const field = fieldOf(problem);
        if (field) setError(field, { message: problem.message }, { shouldFocus: true });
      },
    }),
  );
  const another = () => {
    create.reset();
    reset(defaults);
  };
  if (create.data) return <CreatedDialog created={create.data} onAnother={another} onClose={onClose} />;
  const problem = create.error && !fieldOf(create.error) ? create.error : null;
  return (
    <FormDialog
      open
      title={t(level === "mssp" ? "admin.invite.mssp" : "admin.invite.msp")}
      submitLabel={t("admin.form.submit")}
      pending={create.isPending}
      problem={problem}
      onClose={onClose}
      onSubmit={() => void send()}
    >
      <InviteFields control={control} roles={me.may_invite} choosesMSP={level === "mssp"} />
    </FormDialog>
  );
}

const firstRole = (roles: Role[]): Role =>
  roles.find((role) => role === "msp_user") ?? roles[0] ?? "msp_user";
