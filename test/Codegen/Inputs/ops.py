"""Ops as sftc compiles them against NumPy: values, and gradients against
finite differences.

All cases stand in one model over a batch of one row, so that an operand can
have any shape: it arrives as [1, size] and is reshaped. A second model holds
the operands as parameters and adds up every result times fixed weights; one
step of gradient descent at rate 1 moves each parameter by its gradient. The
cases stand in a file for each family of ops.
Usage: ops.py values|gradients
"""
import sys

import numpy as np

import elementwise
import linear
import reduce
import shape
import tools
from case import normal


def all_cases():
    for family in (elementwise, reduce, linear, shape):
        yield from family.cases()


def forward_model(cases):
    """Every operand an input, every result a prediction."""
    inputs, body, outputs = [], "", []
    for c, case in enumerate(cases):
        for i, x in enumerate(case.operands):
            flat = tools.tensor_type(x.reshape(1, -1))
            inputs.append(f"%i{c}_{i}: {flat}")
            body += (f"  %o{c}_{i} = sft.reshape %i{c}_{i} : {flat} to "
                     f"{tools.tensor_type(x)}\n")
        body += case.op(c, [f"%o{c}_{i}" for i in range(len(case.operands))])
        sizes = (1, *case.want().shape)
        kind = case.result_type().split("x")[-1].split("<")[-1]
        leading = f"tensor<{'x'.join(map(str, sizes))}x{kind}"
        body += f"  %y{c} = sft.reshape %r{c} : {case.result_type()} to {leading}\n"
        outputs.append(f'"y{c}" = %y{c} : {leading}')
    return (f"sft.model @ops({', '.join(inputs)}) {{\n"
            '  %unused = sft.parameter "p" init(#sft.zeros) : tensor<1xf32>\n'
            '  %p = sft.reshape %unused : tensor<1xf32> to tensor<1x1xf32>\n'
            f"{body}  sft.yield outputs {{{', '.join(outputs)}, "
            '"p" = %p : tensor<1x1xf32>}\n}\n')


def check_values(cases, *flags):
    data = {f"i{c}_{i}": x.reshape(1, -1) for c, case in enumerate(cases)
            for i, x in enumerate(case.operands)}
    with tools.Workspace() as work:
        work.compile(forward_model(cases))
        got = work.predict(data, {"p": np.zeros(1, np.float32)}, *flags)
    bad = 0
    for c, case in enumerate(cases):
        want = case.want()
        # One row: the leading dimension may be the output's own.
        found = got[f"y{c}"].reshape(want.shape)
        why = tools.difference(found, want, case.tolerance)
        if why:
            bad += 1
            print(f"{case.text.format(*map(tools.tensor_type, case.operands), z='..')}"
                  f": {why}")
    return bad


def gradient_model(cases):
    """The operands parameters, the loss a weighted sum of all results."""
    inputs, head, body, total = ["%one: tensor<1x1xf32>"], "", "", None
    for c, case in enumerate(cases):
        for i, x in enumerate(case.operands):
            kind, name = tools.tensor_type(x), f"%o{c}_{i}"
            if case.is_trained(i):
                head += (f'  {name} = sft.parameter "p{c}_{i}" init(#sft.zeros)'
                         f" : {kind}\n")
            else:
                flat = tools.tensor_type(x.reshape(1, -1))
                inputs.append(f"%i{c}_{i}: {flat}")
                body += (f"  {name} = sft.reshape %i{c}_{i} : {flat} to "
                         f"{kind}\n")
        body += case.op(c, [f"%o{c}_{i}" for i in range(len(case.operands))])
        size = case.want().size
        flat = f"tensor<1x{size}xf32>"
        inputs.append(f"%w{c}: {flat}")
        body += (f"  %f{c} = sft.reshape %r{c} : {case.result_type()} to {flat}\n"
                 f"  %m{c} = sft.mul %f{c}, %w{c} : {flat}\n"
                 f"  %s{c} = sft.reduce sum %m{c} axes [0, 1] : {flat}\n")
        if total is None:
            total = f"%s{c}"
        else:
            body += f"  %l{c} = sft.add {total}, %s{c} : tensor<f32>\n"
            total = f"%l{c}"
    return (f"sft.model @gradients({', '.join(inputs)})\n"
            f"    optimizer = #sft.sgd<lr = 1.0> {{\n{head}{body}"
            f"  sft.yield loss {total} : tensor<f32>\n}}\n")


def numeric_gradient(case, number, weights):
    """Central differences in double precision."""
    operands = [x.astype(np.float64) if x.dtype == np.float32 else x
                for x in case.operands]
    x = operands[number]
    result = np.zeros(x.shape)
    step = 1e-6
    for at in np.ndindex(x.shape):
        values = []
        for sign in (1, -1):
            moved = x.copy()
            moved[at] += sign * step
            all_operands = operands[:number] + [moved] + operands[number + 1:]
            values.append((case.want(all_operands) * weights).sum())
        result[at] = (values[0] - values[1]) / (2 * step)
    return result


def check_gradients(cases):
    data = {"one": np.ones((1, 1), np.float32)}
    parameters, weights = {}, []
    for c, case in enumerate(cases):
        for i, x in enumerate(case.operands):
            if case.is_trained(i):
                parameters[f"p{c}_{i}"] = x
            else:
                data[f"i{c}_{i}"] = x.reshape(1, -1)
        weights.append(normal(*case.want().shape))
        data[f"w{c}"] = weights[c].reshape(1, -1)
    with tools.Workspace() as work:
        work.compile(gradient_model(cases))
        after = work.train(data, parameters, "--steps=1")
    bad = 0
    for name, before in parameters.items():
        c, i = map(int, name[1:].split("_"))
        got = before.astype(np.float64) - after[name].reshape(before.shape)
        want = numeric_gradient(cases[c], i, weights[c].astype(np.float64))
        scale = max(1.0, float(np.abs(want).max()))
        why = tools.difference(got / scale, want / scale, 5e-5)
        if why:
            bad += 1
            text = cases[c].text.format(
                *map(tools.tensor_type, cases[c].operands), z="..")
            print(f"gradient of operand {i} of {text}: {why}")
    return bad


def has_gradient(case):
    small = sum(x.size for x in case.operands) <= 200
    return (small and case.want().dtype == np.float64
            and any(map(case.is_trained, range(len(case.operands)))))


def main():
    cases = list(all_cases())
    if sys.argv[1] == "values":
        bad = check_values(cases)
    else:
        cases = list(filter(has_gradient, cases))
        bad = check_gradients(cases)
    print(f"{sys.argv[1]} of {len(cases)} ops, {bad} wrong")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
