// How recurrent layers run over sequences, of one length and of several.
#include <utility>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/dropout.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/nn/rnn.hpp>

namespace gradus::nn::detail {

namespace {

/// One layer in one direction over all pieces: its outputs; `states` [n, ..] become the last ones. In
/// reverse, a sequence that has not begun still has its initial state; forward, one that is over its last.
std::vector<Tensor> run_side(const std::vector<Tensor>& x, std::vector<Tensor>& states,
                             const recurrence::Weights& weights, const auto& cell, bool reverse) {
  const std::int64_t all = x[0].size(1);
  std::vector<Tensor> y(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) {
    const std::size_t place = reverse ? x.size() - 1 - k : k;
    const std::int64_t steps = x[place].size(0), going = x[place].size(1);
    std::vector<Tensor> now;
    for (const Tensor& state : states) now.push_back(going == all ? state : narrow(state, 0, 0, going));
    const std::vector<Tensor> results = cell(x[place], now, weights, reverse);
    for (std::size_t s = 0; s < states.size(); ++s) {
      const Tensor last = select(results[s], 0, reverse ? 0 : steps - 1);
      states[s] = going == all ? last : cat({last, narrow(states[s], 0, going, all - going)});
    }
    y[place] = results[0];
  }
  return y;
}

}  // namespace

void Recurrent::check(const std::vector<Tensor>& states, std::optional<std::int64_t> batch) const {
  Shape wanted{static_cast<std::int64_t>(weights.size()), width()};
  if (batch) wanted.insert(1, *batch);
  for (const Tensor& state : states) {
    if (state.defined())
      require<ShapeError>(state.shape() == wanted, "the initial state is {}; needs {}", state.shape(),
                          wanted);
    wanted.back() = hidden_size;  // of the cell state
  }
}

std::vector<Tensor> Recurrent::run(const Tensor& x, std::vector<Tensor> states, const Cell& cell) const {
  const bool batched = x.rank() == 3, swap = batched && options.batch_first;
  require<ShapeError>((batched || x.rank() == 2) && x.size(-1) == input_size,
                      "input is {}; needs [{}, {}] or [t, {}]", x.shape(),
                      options.batch_first ? "n, t" : "t, n", input_size, input_size);
  const Tensor steps = !batched ? unsqueeze(x, 1) : swap ? transpose(x, 0, 1) : x;
  require<ShapeError>(steps.size(0) > 0, "input is {}; it has no time steps", x.shape());
  check(states, batched ? std::optional(steps.size(1)) : std::nullopt);
  if (!batched)
    for (Tensor& state : states)
      if (state.defined()) state = unsqueeze(state, 1);
  const Tensor y = run_layers({steps}, states, cell)[0];
  std::vector<Tensor> all{!batched ? squeeze(y, 1) : swap ? transpose(y, 0, 1) : y};
  for (const Tensor& state : states) all.push_back(batched ? state : squeeze(state, 1));
  return all;
}

std::vector<Tensor> Recurrent::run(const PackedSequence& x, std::vector<Tensor> states,
                                   const Cell& cell) const {
  require<ShapeError>(x.data.rank() == 2 && x.data.size(1) == input_size,
                      "the data of the input is {}; needs [sum of lengths, {}]", x.data.shape(), input_size);
  Pieces pieces = pieces_of(x);
  check(states, pieces[0].size(1));
  const auto reorder = [](std::vector<Tensor>& all, const Tensor& indices) {
    if (!indices.defined()) return;
    for (Tensor& state : all)
      if (state.defined()) state = index_select(state, 1, indices);
  };
  reorder(states, x.sorted_indices);
  pieces = run_layers(std::move(pieces), states, cell);
  reorder(states, x.unsorted_indices);
  for (Tensor& piece : pieces) piece = flatten(piece, 0, 1);
  std::vector<Tensor> all{cat(pieces)};
  all.insert(all.end(), states.begin(), states.end());
  return all;
}

Recurrent::Pieces Recurrent::run_layers(Pieces x, std::vector<Tensor>& states, const Cell& cell) const {
  std::int64_t size = width();
  for (Tensor& state : states) {
    if (!state.defined())
      state = zeros({static_cast<std::int64_t>(weights.size()), x[0].size(1), size}, {.dtype = x[0].dtype()});
    size = hidden_size;
  }
  const std::size_t directions = options.bidirectional ? 2 : 1;
  std::vector<std::vector<Tensor>> last(states.size());
  for (std::size_t i = 0; i < weights.size(); i += directions) {
    if (i > 0)
      for (Tensor& piece : x) piece = dropout(piece, options.dropout, training);
    std::vector<Pieces> sides;
    for (std::size_t side = 0; side < directions; ++side) {
      const Weights& w = weights[i + side];
      std::vector<Tensor> now;
      for (const Tensor& state : states) now.push_back(select(state, 0, static_cast<std::int64_t>(i + side)));
      sides.push_back(run_side(x, now, {w.w_ih, w.w_hh, w.b_ih, w.b_hh, w.w_hr}, cell, side == 1));
      for (std::size_t s = 0; s < states.size(); ++s) last[s].push_back(now[s]);
    }
    for (std::size_t k = 0; k < x.size(); ++k)
      x[k] = directions == 1 ? sides[0][k] : cat({sides[0][k], sides[1][k]}, 2);
  }
  for (std::size_t s = 0; s < states.size(); ++s) states[s] = stack(last[s]);
  return x;
}

}  // namespace gradus::nn::detail
