"""Rows M01-M21: sftc ends with status 1 and a located message, never with a
signal, and prints no more than 20 errors. Each row is a list of (name, input,
flags, what the message must contain)."""
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

MODEL = """sft.model @m(%x: tensor<32x4xf32>, %y: tensor<32x1xf32>)
    optimizer = #sft.sgd<lr = 0.1> {
  %w = sft.parameter "w" init(#sft.zeros) : tensor<4x1xf32>
  %p = sft.matmul %x, %w : tensor<32x4xf32>, tensor<4x1xf32>
  %loss = sft.mse_loss %p, %y : tensor<32x1xf32>
  sft.yield loss %loss : tensor<f32>
}
"""
HERE = r"model\.mlir:\d+:\d+: error: "


def model(old, new):
    assert old in MODEL, old
    return MODEL.replace(old, new, 1)


def body(line, where="  %loss"):
    """MODEL with one more op."""
    return model(where, f"  {line}\n{where}")


def loss(line):
    """MODEL with another loss."""
    return model("%loss = sft.mse_loss %p, %y : tensor<32x1xf32>", line)


def parameter(name):
    return model('"w"', f'"{name}"')


def nested(count, opening, closing):
    return (f"module attributes {{a = {opening * count}1 : i32"
            f"{closing * count}}} {{}}")


def m02():
    noise = bytes((i * 197 + (i >> 3) * 31) % 256 for i in range(4096))
    return [("noise", noise, [], HERE),
            ("nul", b"\0" * 100, [], HERE),
            ("nul inside", MODEL.encode()[:200] + b"\0\0" +
             MODEL.encode()[200:], [], HERE),
            ("bom", b"\xff\xfe" + MODEL.encode(), [], HERE)]


def m03():
    return [(f"{i}/64", MODEL[:len(MODEL) * i // 64], [], HERE)
            for i in range(1, 64)]


def m04():
    deep = "nesting depth exceeds 256"
    return [("arrays", nested(10000, "[", "]"), [], HERE + deep),
            ("tuples", "module attributes {a = " + "tuple<" * 10000 + "i32"
             + ">" * 10000 + "} {}", [], HERE + deep),
            ("regions", "module {" * 10000 + "}" * 10000, [], HERE + deep)]


def m06():
    huge = "number of elements overflows"
    big = "9223372036854775807"
    return [("input", model("32x4xf32>, %y", f"{big}x{big}xf32>, %y"), [],
             HERE + huge),
            ("parameter", model("tensor<4x1xf32>",
                                f"tensor<{big}x2xf32>"), [], HERE + huge)]


def m09():
    return [("op", body("%z = sft.rellu %p : tensor<32x1xf32>"), [],
             HERE + r"(.|\n)*did you mean 'sft.relu'"),
            ("foreign op", body("%z = foo.mul %p, %p : tensor<32x1xf32>"), [],
             HERE + r"Dialect `foo'(.|\n)*did you mean 'sft.mul'(.|\n)*"
             "--load-dialect-plugin=LIB"),
            ("no dialect", body("%z = mul %p, %p : tensor<32x1xf32>"), [],
             HERE + r"(.|\n)*did you mean 'sft.mul'"),
            ("dialect", body('"foo.bar"() : () -> ()'), [],
             HERE + r".*unregistered(.|\n)*--load-dialect-plugin=LIB")]


def m10():
    return [
        ("shapes", model("tensor<32x4xf32>, tensor<4x1xf32>\n",
                         "tensor<32x4xf32>, tensor<4x1xf32>\n"
                         "  %q = sft.add %x, %y2 : tensor<32x4xf32>, "
                         "tensor<32x3xf32>\n").replace("%y:", "%y2: tensor<32"
                                                       "x3xf32>, %y:"),
         [], HERE + r"(.|\n)*32x4|(.|\n)*\[32, 4\]"),
        ("inner sizes", MODEL.replace("tensor<4x1xf32>", "tensor<5x1xf32>"), [],
         HERE + "(.|\n)*5"),
        ("types", MODEL.replace("tensor<4x1xf32>", "tensor<4x1xf64>"), [],
         HERE + "(.|\n)*f64"),
        ("integer", body("%z = sft.exp %i : tensor<32xi32>").replace(
            "%y:", "%i: tensor<32xi32>, %y:"), [], HERE + "(.|\n)*i32")]


def m11():
    one = MODEL.replace("32x", "1x").replace("<32xi32>", "<1xi32>")
    return [("batch of one", one, ["--mesh=data=3"],
             HERE + r'.*1 rows .*axis "data" = 3; sizes that divide it: 1'),
            ("axis", MODEL, ["--mesh=dta=2"], '"dta".*"data"'),
            ("twice", MODEL, ["--mesh=data=2,data=2"], "data")]


def m12():
    return [("fewer", MODEL, ["--mesh=data=2", "--ranks=4"],
             r"mesh \{data=2\} needs 2 ranks, --ranks=4"),
            ("none", MODEL, ["--ranks=2"], "needs 1 ranks?, --ranks=2")]


def m13():
    two = "sft.yield loss %loss : tensor<f32>, loss %loss : tensor<f32>"
    return [
        ("not scalar", model("sft.yield loss %loss : tensor<f32>",
                             "sft.yield loss %p : tensor<32x1xf32>"), [],
         HERE + ".*float scalar"),
        ("no parameter", model(
            '%w = sft.parameter "w" init(#sft.zeros) : tensor<4x1xf32>\n',
            "%w = sft.constant dense<1.0> : tensor<4x1xf32>\n"), [],
         HERE + ".*parameter"),
        ("frozen only", model("init(#sft.zeros)", "init(#sft.zeros) frozen"),
         [], HERE + ".*parameter"),
        ("unused", body('%u = sft.parameter "u" init(#sft.zeros) : '
                        "tensor<3xf32>"), [], HERE + '.*"u"'),
        ("two losses", model("sft.yield loss %loss : tensor<f32>", two), [],
         HERE),
        ("two models", MODEL + MODEL.replace("@m", "@n"), [], HERE)]


def m14():
    return [("input", MODEL.replace("32x4xf32", "?x4xf32"), [], HERE),
            ("result", body("%z = sft.reshape %p : tensor<32x1xf32> to "
                            "tensor<?xf32>"), [], HERE)]


def m15():
    return [("write", body("sft.write @w, %p : tensor<32x1xf32>"), [],
             HERE + ".*expects parent op 'sft.step'"),
            ("model in a model", body("sft.model @inner() {}"), [], HERE)]


def m16():
    names = {"slash": "a/b", "parent": "..", "nul": "a\\00b", "empty": "",
             "long": "w" * (1 << 20), "space": "a b", "newline": "a\\0Ab"}
    rows = [(key, parameter(name), [], HERE) for key, name in names.items()]
    twice = body('%w2 = sft.parameter "w" init(#sft.zeros) : tensor<1xf32>')
    return rows + [
        ("twice", twice, [], HERE + '.*"w" is declared twice(.|\n)*note: '
         "first declared here"),
        ("symbols", MODEL + MODEL, [], HERE + ".*redefinition of symbol"),
        ("output", model("tensor<f32>\n", 'tensor<f32>, outputs {"a/b" = '
                         '%loss : tensor<f32>}\n'), [], HERE + '.*"a/b"')]


def generic(attribute, value):
    """A model in MLIR's generic form, where text does not check attributes."""
    text = """"sft.model"() <{input_names = ["x"], sym_name = "m"}> ({
^bb0(%x: tensor<2xf32>):
  %w = "sft.parameter"() <{init = #sft.ones, name = "w"}> : () -> tensor<f32>
  %p = "sft.mul"(%x, %w) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  "sft.yield"(%p) <{operandSegmentSizes = array<i32: 0, 1>,
                    output_names = ["p"]}> : (tensor<2xf32>) -> ()
}) : () -> ()
"""
    assert attribute in text, attribute
    return text.replace(attribute, value, 1)


def attributes():
    return [("input names", generic('["x"]', "[1]"), [],
             HERE + ".*string array attribute"),
            ("output names", generic('["p"]', "[1]"), [],
             HERE + ".*string array attribute"),
            ("no name", generic(', name = "w"', ""), [],
             HERE + ".*requires attribute 'name'"),
            ("no initialiser", generic("init = #sft.ones, ", ""), [],
             HERE + ".*requires attribute 'init'")]


def m18():
    return [("flag", MODEL, ["--mseh=data=2"], "[Dd]id you mean.*--mesh"),
            ("ranks", MODEL, ["--ranks=-1"], "--ranks=-1.*at least 1"),
            ("zero", MODEL, ["--mesh=data=0"], "data=0.*from 1 to"),
            ("letters", MODEL, ["--mesh=data=x"], "data=x.*from 1 to"),
            ("phase", MODEL, ["--to=shardig"], "shardig.*sharding"),
            ("chip", MODEL, ["--target-chip=z80"], 'chip "z80"'),
            ("target", MODEL, ["--target=tpu"], '"tpu".*cpu'),
            ("pass", MODEL, ["--insert-pass=after-training:nothing"],
             "nothing"),
            ("pass option", MODEL, ["--insert-pass=after-partition:"
                                    "sft-bucket-collectives{byts=1}"], "byts")]


ROWS = {
    "M01": lambda: [("empty", "", [], HERE + "no `sft` entry point"),
                    ("comments", "// a\n\n// b\n", [], HERE + "no `sft`")],
    "M02": m02, "M03": m03, "M04": m04,
    "M05": lambda: [("size", MODEL, ["--max-input-size=100"],
                     r"model\.mlir: error: input larger than "
                     "--max-input-size=100")],
    "M06": m06,
    "M07": lambda: [
        ("dimension", MODEL.replace("32x4", "99999999999999999999x4"), [],
         HERE),
        ("hex", body('%z = sft.constant dense<"0x0102"> : tensor<4xf32>'), [],
         HERE + "elements hex data size is invalid")],
    "M08": lambda: [
        ("version", b"ML\xefR\x06\x6a" + b"x\0" * 20, [], "error: bytecode "
         "version 6785 is newer than the current version"),
        ("sections", b"ML\xefR\x03\x83\x6a" + b"\0" * 40, [],
         "error: duplicate top-level section"),
        ("truncated", b"ML\xefR\x0d", [], "error: malformed")],
    "M09": m09, "M10": m10, "M11": m11, "M12": m12, "M13": m13, "M14": m14,
    "M15": m15, "M16": m16, "M18": m18,
    "generic form": attributes,
}


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


class Folder:
    def __init__(self, path):
        self.path = path

    def sftc(self, content, flags):
        source = os.path.join(self.path, "model.mlir")
        with open(source, "wb") as file:
            file.write(content if isinstance(content, bytes)
                       else content.encode())
        return subprocess.run(
            ["sftc", source, "-o", os.path.join(self.path, "model.plan"),
             *flags], capture_output=True, timeout=300, check=False,
            preexec_fn=limits)

    def outputs(self):
        return [name for name in os.listdir(self.path) if name != "model.mlir"]


def check(folder, row, case):
    name, content, flags, expected = case
    done = folder.sftc(content, flags)
    text = done.stderr.decode(errors="replace")
    problems = []
    if done.returncode != 1:
        problems.append(f"status {done.returncode}, expected 1")
    if not re.search(expected, text):
        problems.append(f"no message like {expected!r}")
    if len(re.findall(r"\berror: ", text)) > 20:
        problems.append("more than 20 errors")
    if folder.outputs():
        problems.append(f"left {folder.outputs()}")
    if problems:
        print(f"{row} {name}: {'; '.join(problems)}\n{text[:600]}")
    return bool(problems)


def check_rest(folder):
    """What does not fit the table."""
    bad = 0
    source = os.path.join(folder.path, "model.mlir")
    # M17: a model names no other file; it is itself a regular one.
    pipe = os.path.join(folder.path, "pipe")
    os.mkfifo(pipe)
    for path in folder.path, pipe:
        done = subprocess.run(["sftc", path], capture_output=True,
                              timeout=300, check=False)
        if done.returncode != 1 or b"not a regular file" not in done.stderr:
            bad += 1
            print("no file as model:", done)
    os.remove(pipe)
    # M19: a splat of 2^40 elements stays symbolic or is refused.
    huge = body("%k = sft.constant dense<1.0> : tensor<1099511627776xf32>\n"
                "  %k2 = sft.add %k, %k : tensor<1099511627776xf32>\n"
                "  %s = sft.reduce sum %k2 axes [0] : tensor<1099511627776xf32>")
    done = folder.sftc(huge, ["--quiet"])
    if done.returncode not in (0, 1):
        bad += 1
        print("M19:", done.returncode, done.stderr[-500:])
    for name in folder.outputs():
        os.remove(os.path.join(folder.path, name))
    assert os.path.exists(source)
    # Errors of later phases show the line as well.
    done = folder.sftc(MODEL, ["--mesh=data=3"])
    if b"sft.model @m(%x: tensor<32x4xf32>" not in done.stderr:
        bad += 1
        print("no source line:", done.stderr.decode())
    return bad


def main():
    bad = count = 0
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path)
        for row, cases in ROWS.items():
            if len(sys.argv) > 1 and row not in sys.argv[1:]:
                continue
            for case in cases():
                count += 1
                bad += check(folder, row, case)
                for name in folder.outputs():
                    os.remove(os.path.join(path, name))
        bad += check_rest(folder)
    print(f"{count} inputs, {bad} wrong, {time.monotonic() - start:.1f} s")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
