import Button from "@mui/material/Button";
import type { CustomerKind, CustomerProduct } from "../bridge/models";
import { useOpenDashboard } from "../bridge/mutations";
import { t } from "../i18n/i18n";
import type { Fact } from "../parts/Facts";
import { OpenIcon } from "../parts/icons";
import { useNotify } from "../parts/Notices";

/** The fact that names the product of a customer, with a button to its dashboard; none where that is not known. */
export const dashboardFact = (
  kind: CustomerKind,
  id: string,
  product: CustomerProduct | undefined,
): Fact[] =>
  product?.dashboard_url
    ? [
        {
          label: product.name,
          value: <DashboardButton kind={kind} id={id} address={product.dashboard_url} />,
        },
      ]
    : [];

interface Props {
  kind: CustomerKind;
  id: string;
  address: string;
}

function DashboardButton({ kind, id, address }: Props) {
  const { mutate, isPending } = useOpenDashboard();
  const notify = useNotify();
  const failed = () => notify({ tone: "error", text: t("customers.dashboard.failed", { address }) });
  return (
    <Button
      variant="text"
      size="small"
      startIcon={<OpenIcon />}
      onClick={() => !isPending && mutate({ kind, id }, { onError: failed })}
      sx={{ ml: -1.25, my: -0.5 }}
    >
      {t("customers.dashboard.open")}
    </Button>
  );
}
