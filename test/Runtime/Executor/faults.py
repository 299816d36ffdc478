#!/usr/bin/env python3
"""Fault rows and runs of sft-run that need processes: see FAULTS.md.

usage: faults.py BIN_DIR [NAME...]

Each test_* function works in a folder of its own. Every run has a time limit,
and afterwards no process of it may be left.
"""

import glob
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BIN = os.path.abspath(sys.argv[1])
RUN = os.path.join(BIN, "sft-run")
MPIRUN = shutil.which("mpirun")
LIMIT = 30


def make_plan(name="linear.plan", **settings):
    settings.setdefault("ranks", 2)
    arguments = [f"{key}={value}" for key, value in settings.items()]
    subprocess.run([os.path.join(BIN, "sft-test-make-plan"), name] + arguments,
                   check=True)
    return name


def make_data(name="train.csv", rows=100, poison=None):
    generator = random.Random(1)
    with open(name, "w") as file:
        file.write("a,b,c,y\n")
        for row in range(rows):
            x = [generator.uniform(-1, 1) for _ in range(3)]
            y = x[0] + 2 * x[1] + 3 * x[2]
            if row == poison:
                y = 1e30  # its square overflows
            file.write(",".join(f"{value:.6f}" for value in x + [y]) + "\n")
    return name


def environment():
    # Root may run mpirun in containers; ranks are told apart by their folder.
    return dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1",
                OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")


def mpi(ranks, *command):
    return [MPIRUN, "--oversubscribe", "-n", str(ranks), *command]


def start(command):
    return subprocess.Popen(command, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True,
                            env=environment(), start_new_session=True)


def finish(process, status, *expected):
    """Waits; checks the exit status and that standard error has the texts."""
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == status, (process.returncode, out, err)
    for text in expected:
        assert text in err, (text, err)
    return out, err


def check(command, status, *expected):
    return finish(start(command), status, *expected)


def ranks_alive():
    """Processes whose working folder is this test's and that run sft-run."""
    alive = []
    for entry in glob.glob("/proc/[0-9]*"):
        try:
            if (os.readlink(entry + "/cwd") == os.getcwd()
                    and os.readlink(entry + "/exe").endswith("sft-run")
                    and open(entry + "/stat").read().split(") ")[1][0] != "Z"):
                alive.append(int(os.path.basename(entry)))
        except OSError:
            pass  # gone, or not ours
    return sorted(alive)


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


# ---------------------------------------------------------------- the runs


def test_same_numbers_on_any_mesh():
    data = make_data()
    losses = set()
    for ranks in (1, 2, 4):
        plan = make_plan(f"{ranks}.plan", ranks=ranks)
        out, _ = check([RUN, plan, "--data", data, "--steps=30", "--quiet"], 0)
        losses.add(f"{float(out.split()[3]):.4g}")
    assert len(losses) == 1, losses


def test_threads_and_mpi_agree_bit_for_bit():
    plan, data = make_plan(), make_data()
    flags = [plan, "--data", data, "--epochs=3", "--quiet"]
    check([RUN, *flags, "--save=threads.safetensors"], 0)
    check(mpi(2, RUN, *flags, "--save=mpi.safetensors"), 0)
    assert digest("threads.safetensors") == digest("mpi.safetensors")


def test_resumed_equals_uninterrupted():
    plan, data = make_plan(), make_data()
    flags = [RUN, plan, "--data", data, "--seed=7", "--quiet"]
    check([*flags, "--steps=50", "--save=whole.safetensors"], 0)
    check([*flags, "--steps=29", "--checkpoint=ckpt"], 0)
    check([*flags, "--steps=50", "--resume=ckpt", "--save=parts.safetensors"],
          0)
    assert digest("whole.safetensors") == digest("parts.safetensors")


def test_parameters_make_a_round_trip():
    plan, data = make_plan(), make_data()
    flags = [RUN, plan, "--data", data, "--quiet"]
    check([*flags, "--epochs=2", "--save=a.safetensors"], 0)
    check([*flags, "--epochs=0", "--init=a.safetensors",
           "--save=b.safetensors", "--predict=p.npz"], 0)
    assert digest("a.safetensors") == digest("b.safetensors")
    assert os.path.getsize("p.npz") > 400
    # What Initialize sets beside the parameters is set with --init, too.
    check([*flags, "--init=a.safetensors"], 0)


def read_parts(path):
    """Header and tensors' bytes of a safetensors file."""
    with open(path, "rb") as file:
        whole = file.read()
    end = 8 + int.from_bytes(whole[:8], "little")
    return json.loads(whole[8:end]), whole[end:]


def write_parts(path, header, tensors):
    header = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header + tensors)


def test_unknown_tensors_are_named_once():
    plan, data = make_plan(), make_data()
    flags = [RUN, plan, "--data", data, "--quiet"]
    check([*flags, "--save=a.safetensors"], 0)
    header, tensors = read_parts("a.safetensors")
    for i in range(12):
        end = len(tensors) + 4
        header[f"extra{i:02}"] = {"dtype": "F32", "shape": [1],
                                  "data_offsets": [end - 4, end]}
        tensors += bytes(4)
    write_parts("b.safetensors", header, tensors)
    names = ", ".join(f'"extra{i:02}"' for i in range(10))
    message = ("warning[SFT0315] b.safetensors: ignored, as the model has no "
               f"such parameter: {names}, ...")
    again = ["--init=b.safetensors", "--epochs=0", "--save=c.safetensors"]
    for command in ([*flags, *again], mpi(2, *flags, *again)):
        _, err = check(command, 0, message)
        assert err.count("SFT0315") == 1, err
        assert digest("a.safetensors") == digest("c.safetensors")
    _, err = check([*flags, "--init=a.safetensors"], 0)
    assert "SFT0315" not in err, err


def test_warnings_of_a_file_are_printed_once():
    plan, data = make_plan(), make_data()
    flags = [RUN, plan, "--data", data, "--quiet"]
    check([*flags, "--save=a.safetensors"], 0)
    header, tensors = read_parts("a.safetensors")
    header["w"]["note"] = 1
    write_parts("b.safetensors", header, tensors)
    message = 'warning[SFT0225] b.safetensors: tensor "w": unknown field "note"'
    _, err = check([*flags, "--init=b.safetensors"], 0, message)
    assert err.count("SFT0225") == 1, err
    _, err = check(mpi(2, *flags, "--init=b.safetensors"), 0, message)
    assert err.count("SFT0225") == 1, err


def test_evaluation_counts_every_row():
    # 13 rows in batches of 8: the mean must be that over batches of 1.
    data = make_data(rows=13)
    values = []
    for batch in (8, 1):
        plan = make_plan(f"{batch}.plan", ranks=1, batch=batch)
        out, _ = check([RUN, plan, "--data", data, "--eval", data,
                        "--epochs=0"], 0)
        values.append(float(out.split()[1]))
    assert abs(values[0] - values[1]) < 1e-5 * values[1], values


def test_metrics_and_trace():
    plan, data = make_plan(), make_data()
    check([RUN, plan, "--data", data, "--eval", data, "--epochs=2",
           "--metrics=m.jsonl", "--trace=t.json"], 0)
    lines = [json.loads(line) for line in open("m.jsonl")]
    steps = [line for line in lines if "event" not in line]
    epochs = [line for line in lines if line.get("event") == "epoch"]
    assert [line["step"] for line in steps] == list(range(1, 25))
    assert len(epochs) == 2 and "eval_loss" in epochs[1], epochs
    trace = json.load(open("t.json"))["traceEvents"]
    assert {event["tid"] for event in trace} == {0, 1}
    assert any(event["name"].startswith("all_reduce on \"data\"")
               for event in trace)


def parameters(path):
    """What stands behind the header, which names the plan."""
    with open(path, "rb") as file:
        whole = file.read()
    return whole[8 + int.from_bytes(whole[:8], "little"):]


def test_streams_change_no_bit():
    data, results = make_data(), set()
    for streams in (0, 1):
        plan = make_plan(f"{streams}.plan", streams=streams, padding=20)
        for thread in ("yes", "no", "auto"):
            flags = [plan, "--data", data, "--epochs=5", "--quiet",
                     f"--comm-thread={thread}", "--save=out.safetensors"]
            for command in [RUN], mpi(2, RUN), ["env", "SFT_PIN=no", RUN]:
                check([*command, *flags], 0)
                results.add(parameters("out.safetensors"))
            # Between hosts the communication thread makes MPI's calls.
            check(["env", "SFT_MPI_SHARED=0", *mpi(2, RUN), *flags], 0)
            results.add(parameters("out.safetensors"))
    assert len(results) == 1, results


def lanes_of(path):
    events = json.load(open(path))["traceEvents"]
    names = {event["tid"]: event["args"]["name"] for event in events
             if event["name"] == "thread_name"}
    lanes = {}
    for event in events:
        if event["ph"] == "X":
            lanes.setdefault(names[event["tid"]], []).append(event)
    return lanes


def test_trace_of_the_communication_thread():
    plan, data = make_plan(streams=1, padding=20), make_data()
    flags = [RUN, plan, "--data", data, "--quiet", "--trace=t.json"]
    check([*flags, "--comm-thread=yes"], 0)
    lanes = lanes_of("t.json")
    assert set(lanes) == {"rank 0", "rank 1", "rank 0 communication",
                          "rank 1 communication"}, set(lanes)
    for name, lane in lanes.items():
        reduces = [event for event in lane if "all_reduce" in event["name"]]
        assert (lane == reduces) == ("communication" in name), lane
        assert bool(reduces) == ("communication" in name), lane
    check([*flags, "--comm-thread=no"], 0)
    lanes = lanes_of("t.json")
    assert set(lanes) == {"rank 0", "rank 1"}, set(lanes)
    check([RUN, plan, "--data", data, "--comm-thread=maybe"], 64, "auto, yes")


def test_usage_mistakes():
    plan, data = make_plan(), make_data()
    check([RUN], 64, "no plan given")
    check([RUN, plan, "--dat", data], 64, "did you mean --data?")
    check([RUN, plan, "--data", data, "--epochs=-1"], 64, "needs a number")
    check([RUN, plan, "--data", data, "--shuffle=maybe"], 64, "no, yes")
    check([RUN, plan, "--data", "none.csv"], 66)
    check([RUN, plan, "--data", data, "--plan-digest=00"], 78, "SFT0004")
    check(["env", "SFT_TIMEUOT=1", "SFT_PIM=no", RUN, plan, "--data", data],
          0, "did you mean SFT_PIN?")
    check([RUN, plan, "--data", make_data("few.csv", rows=5)], 78, "5 rows")


# --------------------------------------------------------------- the faults


def test_f04_crash_in_a_kernel():
    plan, data = make_plan(fault="test_crash"), make_data()
    line = 'rank 1 step 3: signal 11 in launch crash at linear.mlir:7:3'
    check([RUN, plan, "--data", data], -signal.SIGSEGV, line)
    check(mpi(2, RUN, plan, "--data", data), 139, line)


def test_f05_stopped_rank():
    plan = make_plan(fault="test_sleep", extent=1000)
    data = make_data()
    process = start(mpi(2, RUN, plan, "--data", data, "--epochs=1000000",
                        "--timeout=2", "--quiet"))
    wait_for(lambda: len(ranks_alive()) == 2, 10, "ranks start")
    time.sleep(1)
    os.kill(ranks_alive()[1], signal.SIGSTOP)
    begin = time.monotonic()
    finish(process, 75, "SFT0420", "all_reduce on \"data\"",
           "linear.mlir:7:3", "not entered by ranks {")
    assert time.monotonic() - begin < 8
    assert glob.glob("flight-rank-*.jsonl")


def test_f05_stopped_while_in_flight():
    plan, data = make_plan(streams=1, padding=20), make_data()
    flags = [RUN, plan, "--data", data, "--timeout=2", "--comm-thread=yes"]
    stop = ["env", "SFT_FAILPOINT=collective@rank=1,step=5,hit=2:stop"]
    begin = time.monotonic()
    check([*stop, *mpi(2, *flags)], 75, "SFT0420",
          "rank 0 step 5: watchdog: all_reduce on \"data\" not complete",
          "not entered by ranks {1}", "linear.mlir:7:3",
          "; its other thread is at wait at linear.mlir:7:3")
    assert time.monotonic() - begin < 8
    assert glob.glob("flight-rank-*.jsonl")
    # A communication thread that does not come back.
    spin = ["env", "SFT_FAILPOINT=collective@rank=1,step=5:spin"]
    check([*spin, *flags], 75, "SFT0420", "all_reduce on \"data\"", "SFT0421")
    # A rank that fails lets the other's communication thread go.
    crash = ["env", "SFT_FAILPOINT=collective@rank=1,step=5:segv"]
    check([*crash, *flags], -signal.SIGSEGV,
          "rank 1 step 5: signal 11 in", "or in all_reduce on \"data\"")


def test_f07_straggler():
    data = make_data(rows=80)
    flags = ["--data", data, "--timeout=3", "--steps=10"]
    slow = ["env", "SFT_FAILPOINT=step@rank=1:sleep(400)"]
    plan = make_plan()
    check([RUN, plan, *flags, "--save=whole.safetensors"], 0)
    runs = [start([*slow, *command, *flags, f"--save={i}.safetensors"])
            for i, command in enumerate(([RUN, plan], mpi(2, RUN, plan)))]
    for i, run in enumerate(runs):
        _, err = finish(run, 0, "warning[SFT0431] straggler rank 1: all others")
        assert err.count("SFT0431") == 1, err
        assert digest("whole.safetensors") == digest(f"{i}.safetensors")


def test_f12_mpirun_killed():
    plan = make_plan(fault="test_sleep", extent=1000)
    process = start(mpi(2, RUN, plan, "--data", make_data(),
                        "--epochs=1000000", "--quiet"))
    wait_for(lambda: len(ranks_alive()) == 2, 10, "ranks start")
    process.kill()
    process.communicate(timeout=LIMIT)
    wait_for(lambda: not ranks_alive(), 4, "ranks outlive mpirun")


def test_f14_wrong_number_of_ranks():
    plan, data = make_plan(), make_data()
    for ranks in (1, 3):
        _, err = check(mpi(ranks, RUN, plan, "--data", data,
                           "--save=out.safetensors", "--transport=mpi"), 78,
                       f"plan needs 2 ranks, job has {ranks}")
        assert err.count("plan needs") == 1, err
        assert not os.path.exists("out.safetensors")


def test_f15_different_plans():
    one, other = make_plan("one.plan"), make_plan("other.plan", padding=1)
    data = make_data()
    check([MPIRUN, "--oversubscribe", "-n", "1", RUN, one, "--data", data, ":",
           "-n", "1", RUN, other, "--data", data], 78,
          "ranks run different plans", "-> ranks {0}", "-> ranks {1}")


def test_f16_skipped_collective():
    # One feature: the gradient is as large as the loss that is left out.
    plan = make_plan(features=1)
    with open("one.csv", "w") as file:
        file.write("a,y\n" + "1,2\n" * 80)
    flags = ["--data=one.csv", "--timeout=3"]
    beside = [make_plan("beside.plan", features=1, streams=1),
              "--comm-thread=yes"]
    for which in "step=4", "step=4,hit=1", "step=4,hit=2":
        skip = ["env", f"SFT_FAILPOINT=collective@rank=1,{which}:skip"]
        for command in ([RUN, plan], mpi(2, RUN, plan), [RUN, *beside],
                        mpi(2, RUN, *beside)):
            check([*skip, *command, *flags], 70, "ranks disagree", "(number ",
                  "step 4: ", "linear.mlir:7:3")


def test_f19_checkpoint_folder_cannot_be_made():
    plan, data = make_plan(), make_data()
    open("file", "w").close()
    check([RUN, plan, "--data", data, "--checkpoint=file"], 73)
    check([RUN, plan, "--data", data, "--checkpoint=file/below"], 73)


def test_f24_signal_checkpoints_and_asks_for_a_restart():
    plan = make_plan(fault="test_sleep", extent=100)
    data = make_data()
    flags = [RUN, plan, "--data", data, "--quiet"]
    process = start([*flags, "--steps=1000000", "--checkpoint=ckpt"])
    wait_for(lambda: ranks_alive(), 10, "start")
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    out, _ = finish(process, 75, "stopped by a signal after step")
    steps = int(out.split()[1])
    check([*flags, f"--steps={steps}", "--resume=ckpt",
           "--save=resumed.safetensors"], 0)
    check([*flags, f"--steps={steps}", "--save=whole.safetensors"], 0)
    assert digest("resumed.safetensors") == digest("whole.safetensors")


def test_f26_memory_limit():
    plan = make_plan(features=20000000)
    check(["prlimit", "--as=300000000", RUN, plan, "--data", make_data()], 71,
          "limit 286.1 MiB")


def test_f30_not_a_number():
    plan, data = make_plan(), make_data(poison=50)
    flags = ["--data", data, "--shuffle=no", "--quiet"]
    good = make_data("good.csv", rows=48)  # the six steps before the poison
    check([RUN, plan, "--data", good, "--shuffle=no", "--quiet",
           "--save=before.safetensors"], 0)
    check([RUN, plan, *flags, "--checkpoint=ckpt", "--checkpoint-every=6"],
          80, "step 6", 'guard "guard" is inf',
          'Inf first came up on rank 0 in launch residual at linear.mlir:7:3 '
          '("sft.matmul")')
    check([RUN, plan, "--data", good, "--shuffle=no", "--steps=6",
           "--resume=ckpt", "--save=after.safetensors"], 0)
    assert digest("before.safetensors") == digest("after.safetensors")
    out, _ = check([RUN, plan, *flags, "--on-nan=skip"], 0, "update skipped")
    assert "skipped 1" in out, out
    check(mpi(2, RUN, plan, *flags), 80, "step 6")


def test_f33_outputs_that_break():
    plan, data = make_plan(), make_data()
    flags = [RUN, plan, "--data", data, "--epochs=3"]
    _, err = check([*flags, "--metrics=/dev/full"], 0, "SFT0331")
    assert err.count("SFT0331") == 1, err
    check(["sh", "-c", '"$@" >&-', "sh", *flags], 0, "SFT0002")
    check(["sh", "-c", '"$@" >/dev/full', "sh", *flags], 0, "SFT0002")


def needs_mpi(test):
    return "mpi" in test.__code__.co_names or "MPIRUN" in test.__code__.co_names


def run_all(names):
    failures = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_") or (names and name not in names):
            continue
        if needs_mpi(test) and not MPIRUN:
            print(f"skip {name}: no mpirun")
            continue
        begin = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sft-faults-") as folder:
            os.chdir(folder)
            try:
                test()
                wait_for(lambda: not ranks_alive(), 4, "a rank is left")
                print(f"ok   {name} {time.monotonic() - begin:.1f} s")
            except Exception as error:
                failures += 1
                print(f"FAIL {name}: {type(error).__name__} {error}")
            for pid in ranks_alive():
                os.kill(pid, signal.SIGKILL)
            os.chdir("/")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_all(sys.argv[2:]))
