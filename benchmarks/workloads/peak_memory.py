"""Memory of a ResNet-18 training step in this process: ``peak_memory.py WHO SETTINGS`` (Linux).

WHO is "ours", "jax", "kernels" or "torch"; the last line on stdout is JSON, sizes in bytes: what is
resident when all is ``imported`` and ``before`` the first step, the ``most`` in the first step and
in all of them, the arrays that are ``alive`` between steps, and what XLA ``planned`` for the step.
"""

import gc
import importlib
import json
import sys

import data

STEPS = 40


def status(name):
    """A line of the process's status, in bytes: "VmRSS" is resident, "VmHWM" the most so far."""
    with open("/proc/self/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith(name + ":"):
                return int(line.split()[1]) << 10
    raise OSError(f"no {name} in /proc/self/status")


def forget_peak():
    with open("/proc/self/clear_refs", "w", encoding="utf-8") as file:
        file.write("5")


def hand_written(module):
    """The maker of a step of ``jax_jit`` or of ``jax_kernels``."""

    def make(settings):
        made = module.Network(settings)
        made.begin = None  # copies, kept for a check
        return made.run

    return make


def torch_eager(module):
    return lambda settings: module.Network(settings).run


def ours(module):
    import mxnet as mx
    from mxnet import autograd, gluon, nd

    def make(settings):
        pairs = data.examples(settings["network"], settings["batch_size"], settings["batches"])
        pairs = [(nd.array(x), nd.array(y)) for x, y in pairs]
        net = module.build_larger(settings["network"])
        # No forward pass: its program would count as being there before the first step.
        net.initialize()
        net.infer_shape(pairs[0][0])
        net.initialize(mx.init.Xavier(), force_reinit=True)
        net.hybridize()
        loss_function = gluon.loss.SoftmaxCrossEntropyLoss()
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": settings["lr"]})
        nd.waitall()

        def run(steps):
            for step in range(steps):
                x, y = pairs[step % len(pairs)]
                with autograd.record():
                    loss = loss_function(net(x), y)
                loss.backward()
                trainer.step(len(x))
            nd.waitall()

        return run

    return make


def planned():
    """What XLA planned for the largest program of the process."""
    if "jax" not in sys.modules:
        return {}
    import jax

    found = []
    for program in jax.devices()[0].client.live_executables():
        plan = program.get_compiled_memory_stats()
        found.append(
            {
                "arguments": plan.argument_size_in_bytes,
                "results": plan.output_size_in_bytes,
                "shared": plan.alias_size_in_bytes,
                "temporary": plan.temp_size_in_bytes,
            }
        )
    return max(found, key=lambda plan: plan["arguments"] + plan["temporary"])


def alive():
    """Bytes of the arrays that exist now; None where the framework does not tell."""
    if "jax" not in sys.modules:
        return None
    import jax

    return sum(array.nbytes for array in jax.live_arrays())


MAKERS = {
    # WHO: (what makes the step, the module that it stands on)
    "ours": (ours, "mx_gluon"),
    "jax": (hand_written, "jax_jit"),
    "kernels": (hand_written, "jax_kernels"),
    "torch": (torch_eager, "torch_eager"),
}


def main(who, settings):
    maker, name = MAKERS[who]
    module = importlib.import_module(name)
    make = maker(module)
    gc.collect()
    found = {"imported": status("VmRSS")}
    run = make(settings)
    gc.collect()
    found["before"] = status("VmRSS")
    forget_peak()
    run(1)
    most = [status("VmHWM")]
    # One by one: a loop that does not wait has several steps' temporaries in memory at once.
    for _ in range(STEPS):
        run(1)
    most.append(status("VmHWM"))
    found |= {"most": most, "alive": alive(), "planned": planned()}
    versions = getattr(module, "versions", None) or module.jax_jit.versions
    print(json.dumps(found | {"versions": versions()}))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
