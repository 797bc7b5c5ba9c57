"""ONNX's own checker reads what write_models wrote: onnx_check.py FOLDER. 77 where there is none."""

import pathlib
import sys

try:
    import numpy
    import onnx
    from onnx import numpy_helper
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

folder = pathlib.Path(sys.argv[1])
files = sorted(folder.glob("*.onnx"))
assert len(files) >= 4, f"{folder} holds {len(files)} models"
for file in files:
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    assert [s.version for s in model.opset_import] == [17]
    graph = model.graph
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch", file
    assert graph.output[0].type.tensor_type.shape.dim[0].dim_param == "batch", file
    stored = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    with numpy.load(file.with_suffix(".npz")) as state:
        for name, value in state.items():
            if name not in stored:
                assert "num_batches_tracked" in name, f"{file}: {name} is not stored"
            else:
                assert numpy.array_equal(stored[name], value), f"{file}: {name}"
    assert all(node.doc_string for node in graph.node if node.op_type != "Identity"), file
    print(f"{file.name}: {len(graph.node)} nodes, {len(stored)} tensors")
