#include "ops.hpp"

#include "harness.hpp"

namespace ops {

Tensor numbers(const Sizes& shape, Layout layout, double low, double high) {
  const auto fill = [&](const Sizes& s) { return lib::rand(s) * (high - low) + low; };
  if (layout == Layout::contiguous) return fill(shape);
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (rank == 1) return lib::slice(fill({2 * shape[0]}), 0, 0, 2 * shape[0], 2);
  if (rank == 4) return lib::permute(fill({shape[0], shape[2], shape[3], shape[1]}), {0, 3, 1, 2});
  Sizes swapped = shape;
  std::swap(swapped[shape.size() - 1], swapped[shape.size() - 2]);
  return lib::transpose(fill(swapped), rank - 2, rank - 1);
}

namespace {

Inputs two_planes(const Sizes& s, Layout l) {
  return {{numbers(s, l, 0.1, 0.9), numbers(s, l, 0.1, 0.9)}, 2};
}

enum class Pass { forward, backward };

Tensors made(const Inputs& inputs) {
  Tensors leaves;
  for (std::size_t i = 0; i < inputs.tensors.size(); ++i) {
    Tensor leaf = inputs.tensors[i].detach();
    if (i < inputs.differentiable) leaf.requires_grad_(true);
    leaves.push_back(leaf);
  }
  return leaves;
}

void forward(benchmark::State& state, const Op& op, const Sizes& shape, Layout layout) {
  const Tensors x = made(op.inputs.make(shape, layout));
  measure(state, [&] { return op.run(x); });
  if (op.flops != nullptr) state.counters["flops"] = op.flops(x, op.run(x));
}

void backward(benchmark::State& state, const Op& op, const Sizes& shape, Layout layout) {
  const Inputs inputs = op.inputs.make(shape, layout);
  const Tensors x = made(inputs);
  const Tensors wanted(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(inputs.differentiable));
  const Tensor y = op.run(x);
  const Tensor upstream = lib::rand_like(y.detach());
  measure(state, [&] { return lib::gradients(y, wanted, upstream); });
  if (op.flops != nullptr)
    state.counters["flops"] = op.flops(x, y) * static_cast<double>(std::min<std::size_t>(wanted.size(), 2));
}

std::string text(const Sizes& shape) {
  std::string joined;
  for (const std::int64_t size : shape) joined += (joined.empty() ? "" : "x") + std::to_string(size);
  return joined;
}

}  // namespace

const Family plane{plane_shapes, [](const Sizes& s, Layout l) { return Inputs{{numbers(s, l)}, 1}; }};
const Family positive{plane_shapes, [](const Sizes& s, Layout l) {
                        return Inputs{{numbers(s, l, 0.1, 0.9)}, 1};
                      }};
const Family planes{plane_shapes, two_planes};
const Family plane_only{plane_shapes, [](const Sizes& s, Layout l) {
                          return Inputs{two_planes(s, l).tensors, 0};
                        }};

void add(std::span<const Op> table) {
  for (const Op& op : table) {
    const Inputs smallest = op.inputs.make(op.inputs.shapes[0], Layout::contiguous);
    for (const Sizes& shape : op.inputs.shapes)
      for (const Pass pass : {Pass::forward, Pass::backward})
        for (const Layout layout : {Layout::contiguous, Layout::strided})
          if (pass == Pass::forward || smallest.differentiable > 0)
            add_row("op/" + std::string(op.name) + "/" + text(shape) +
                        (pass == Pass::forward ? "/forward" : "/backward") +
                        (layout == Layout::contiguous ? "/contiguous" : "/strided"),
                    [&op, pass, shape, layout](benchmark::State& state) {
                      pass == Pass::forward ? forward(state, op, shape, layout)
                                            : backward(state, op, shape, layout);
                    });
  }
}

}  // namespace ops

void add_ops() {
  ops::add_pointwise();
  ops::add_reductions();
  ops::add_shapes();
  ops::add_indexing();
  ops::add_networks();
  ops::add_losses();
  ops::add_creation();
}
