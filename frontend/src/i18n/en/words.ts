/** The names of the product's own terms and of the values of enumerations. */
export const words = {
  product: "FS Client Portal",
  role: {
    mssp_admin: "MSSP administrator",
    mssp_staff: "MSSP staff",
    msp_admin: "MSP administrator",
    msp_user: "MSP user",
    client_user: "Client user",
  },
  provider: { google: "Google", entra: "Microsoft" },
  status: { active: "Active", missing: "Missing", removed: "Removed", disabled: "Disabled" },
  disabledWhy: "Disabled: {{reason}}",
  reason: {
    deleted: "deleted",
    inactive: "inactive",
    disabled: "switched off",
    demo: "demo account",
    licence_expired: "licence expired",
  },
  yesNo: { yes: "yes", no: "no", unknown: "unknown" },
  invite: { open: "Open", accepted: "Accepted", expired: "Expired", revoked: "Revoked" },
  user: { active: "Active", deactivated: "Deactivated" },
  run: {
    queued: "Queued",
    running: "Running",
    complete: "Complete",
    partial: "Partial",
    failed: "Failed",
    needs_review: "Needs review",
    discarded: "Discarded",
  },
};
