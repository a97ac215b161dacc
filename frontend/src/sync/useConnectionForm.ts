import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect } from "react";
import { useForm } from "react-hook-form";
import type { ConnectionTrial } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { useTestConnection } from "../bridge/productMutations";
import { type ConnectionForm, connectionSchema, fieldOf } from "./connectionForm";

interface Options {
  defaults: ConnectionForm;
  savedURL: string | null;
  needsKey: boolean;
  /** The fields of the dialog; a problem with another field is shown above the buttons. */
  shown: (keyof ConnectionForm)[];
  toTrial: (form: ConnectionForm) => ConnectionTrial;
}

/** The form of a connection and its test. The values stay after a failure. */
export function useConnectionForm({ defaults, savedURL, needsKey, shown, toTrial }: Options) {
  const form = useForm<ConnectionForm>({
    defaultValues: defaults,
    resolver: zodResolver(connectionSchema({ savedURL, needsKey })),
  });
  const { handleSubmit, setError, subscribe } = form;
  const test = useTestConnection();
  const { reset } = test;
  // A test result is not valid for other values.
  useEffect(() => subscribe({ formState: { values: true }, callback: () => reset() }), [subscribe, reset]);
  const fieldIn = (problem: Problem) => shown.find((field) => field === fieldOf(problem));
  const onError = (problem: Problem) => {
    const field = fieldIn(problem);
    if (field) setError(field, { message: problem.message }, { shouldFocus: true });
  };
  return {
    form,
    test,
    onError,
    /** The problem to show above the buttons; null if it is shown at a field. */
    above: (problem: Problem | null) => (problem && !fieldIn(problem) ? problem : null),
    runTest: handleSubmit((values) => test.mutate(toTrial(values), { onError })),
  };
}
