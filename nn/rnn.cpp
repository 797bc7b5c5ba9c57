#include <gradus/nn/rnn.hpp>

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/gru.hpp>
#include <gradus/autograd/ops/lstm.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

namespace detail {

namespace {

Parameter uniform_of(const Shape& shape, std::int64_t hidden, DType dtype) {
  const double bound = 1 / std::sqrt(static_cast<double>(hidden));
  return init::uniform_(empty(shape, dtype), -bound, bound);
}

}  // namespace

Recurrent::Recurrent(std::string_view type, std::int64_t gates, std::int64_t input_size,
                     std::int64_t hidden_size, const RecurrentOptions& options)
    : input_size(input_size), hidden_size(hidden_size), options(options) {
  require(input_size > 0 && hidden_size > 0 && options.num_layers > 0,
          "{}: input_size = {}, hidden_size = {}, num_layers = {}; all must be positive", type, input_size,
          hidden_size, options.num_layers);
  require(options.dropout >= 0 && options.dropout <= 1, "{}: dropout = {}; it must lie in [0, 1]", type,
          options.dropout);
  require(options.proj_size >= 0 && options.proj_size < hidden_size,
          "{}: proj_size = {}; it must not be negative, and be below hidden_size = {}", type,
          options.proj_size, hidden_size);
  require(options.proj_size == 0 || type == "LSTM", "{}: proj_size = {}; only an LSTM has one", type,
          options.proj_size);
  const std::int64_t directions = options.bidirectional ? 2 : 1, rows = gates * hidden_size;
  for (std::int64_t i = 0; i < options.num_layers * directions; ++i) {
    const std::int64_t in = i < directions ? input_size : directions * width();
    Weights& w = weights.emplace_back();
    w.w_ih = uniform_of({rows, in}, hidden_size, options.dtype);
    w.w_hh = uniform_of({rows, width()}, hidden_size, options.dtype);
    if (options.proj_size > 0)
      w.w_hr = uniform_of({options.proj_size, hidden_size}, hidden_size, options.dtype);
    if (!options.bias) continue;
    w.b_ih = uniform_of({rows}, hidden_size, options.dtype);
    w.b_hh = uniform_of({rows}, hidden_size, options.dtype);
  }
}

std::string Recurrent::suffix(std::size_t i) const {
  const std::size_t directions = options.bidirectional ? 2 : 1;
  return fmt::format("_l{}{}", i / directions, i % directions == 1 ? "_reverse" : "");
}

std::string Recurrent::describe() const {
  return fmt::format("{}, {}, num_layers={}{}{}{}{}{}", input_size, hidden_size, options.num_layers,
                     options.bias ? "" : ", bias=false", options.batch_first ? ", batch_first=true" : "",
                     options.dropout == 0 ? "" : fmt::format(", dropout={}", options.dropout),
                     options.bidirectional ? ", bidirectional=true" : "",
                     options.proj_size == 0 ? "" : fmt::format(", proj_size={}", options.proj_size));
}

std::int64_t Recurrent::flops(const Tensor& x, const Tensor&) const {
  std::int64_t per_step = 0;
  for (const Weights& w : weights)
    per_step += w.w_ih.numel() + w.w_hh.numel() + (w.w_hr.defined() ? w.w_hr.numel() : 0);
  return 2 * per_step * x.numel() / input_size;
}

RecurrentCell::RecurrentCell(std::string_view type, std::int64_t gates, std::int64_t input_size,
                             std::int64_t hidden_size, bool bias, DType dtype) {
  require(input_size > 0 && hidden_size > 0, "{}: input_size = {}, hidden_size = {}; both must be positive",
          type, input_size, hidden_size);
  const std::int64_t rows = gates * hidden_size;
  weight_ih = uniform_of({rows, input_size}, hidden_size, dtype);
  weight_hh = uniform_of({rows, hidden_size}, hidden_size, dtype);
  if (!bias) return;
  bias_ih = uniform_of({rows}, hidden_size, dtype);
  bias_hh = uniform_of({rows}, hidden_size, dtype);
}

std::vector<Tensor> RecurrentCell::run(
    const Tensor& x, const std::vector<Tensor>& states,
    const std::function<std::vector<Tensor>(const Tensor&, const std::vector<Tensor>&,
                                            const recurrence::Weights&)>& cell) const {
  const std::int64_t in = weight_ih.size(1), hidden = weight_hh.size(1);
  require<ShapeError>((x.rank() == 1 || x.rank() == 2) && x.size(-1) == in,
                      "input is {}; needs [n, {}] or [{}]", x.shape(), in, in);
  const Tensor rows = x.rank() == 2 ? x : unsqueeze(x, 0);
  Shape wanted = x.shape();
  wanted.back() = hidden;
  std::vector<Tensor> first;
  for (const Tensor& state : states) {
    if (state.defined())
      require<ShapeError>(state.shape() == wanted, "the state is {}; needs {}", state.shape(), wanted);
    first.push_back(state.defined() ? reshape(state, {rows.size(0), hidden})
                                    : zeros({rows.size(0), hidden}, {.dtype = x.dtype()}));
  }
  std::vector<Tensor> next = cell(unsqueeze(rows, 0), first, {weight_ih, weight_hh, bias_ih, bias_hh});
  for (Tensor& state : next) state = reshape(state, wanted);
  return next;
}

std::string RecurrentCell::describe() const {
  return fmt::format("{}, {}, bias={}", weight_ih.size(1), weight_hh.size(1), bias_ih.defined());
}

}  // namespace detail

namespace {

/// Packed as `x` is.
PackedSequence with_data(PackedSequence x, Tensor data) {
  x.data = std::move(data);
  return x;
}

}  // namespace

RNN::RNN(std::int64_t input_size, std::int64_t hidden_size, const RNNOptions& o)
    : Recurrent("RNN", 1, input_size, hidden_size,
                {.num_layers = o.num_layers,
                 .bias = o.bias,
                 .batch_first = o.batch_first,
                 .dropout = o.dropout,
                 .bidirectional = o.bidirectional,
                 .dtype = o.dtype}),
      nonlinearity(o.nonlinearity) {}

auto RNN::cell(const SourceLocation& at) const -> Cell {
  return [this, at](const Tensor& x, const auto& states, const auto& w, bool reverse) {
    return std::vector<Tensor>{rnn_layer(x, states[0], w, nonlinearity, reverse, at)};
  };
}

RNNResult RNN::operator()(const Tensor& x, const Tensor& state, SourceLocation at) const {
  const OpScope scope("RNN", at);
  const auto y = run(x, {state}, cell(at));
  return {observed(*this, x, y[0]), y[1]};
}

PackedRNNResult RNN::operator()(const PackedSequence& x, const Tensor& state, SourceLocation at) const {
  const OpScope scope("RNN", at);
  const auto y = run(x, {state}, cell(at));
  return {with_data(x, observed(*this, x.data, y[0])), y[1]};
}

GRU::GRU(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options)
    : Recurrent("GRU", 3, input_size, hidden_size, options) {}

auto GRU::cell(const SourceLocation& at) -> Cell {
  return [at](const Tensor& x, const auto& states, const auto& w, bool reverse) {
    return std::vector<Tensor>{gru_layer(x, states[0], w, reverse, at)};
  };
}

RNNResult GRU::operator()(const Tensor& x, const Tensor& state, SourceLocation at) const {
  const OpScope scope("GRU", at);
  const auto y = run(x, {state}, cell(at));
  return {observed(*this, x, y[0]), y[1]};
}

PackedRNNResult GRU::operator()(const PackedSequence& x, const Tensor& state, SourceLocation at) const {
  const OpScope scope("GRU", at);
  const auto y = run(x, {state}, cell(at));
  return {with_data(x, observed(*this, x.data, y[0])), y[1]};
}

LSTM::LSTM(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options)
    : Recurrent("LSTM", 4, input_size, hidden_size, options) {}

auto LSTM::cell(const SourceLocation& at) -> Cell {
  return [at](const Tensor& x, const auto& states, const auto& w, bool reverse) {
    const auto [h, c] = lstm_layer(x, states[0], states[1], w, reverse, at);
    return std::vector<Tensor>{h, c};
  };
}

LSTMResult LSTM::operator()(const Tensor& x, const LSTMState& state, SourceLocation at) const {
  const OpScope scope("LSTM", at);
  const auto y = run(x, {state.h, state.c}, cell(at));
  return {observed(*this, x, y[0]), {y[1], y[2]}};
}

PackedLSTMResult LSTM::operator()(const PackedSequence& x, const LSTMState& state, SourceLocation at) const {
  const OpScope scope("LSTM", at);
  const auto y = run(x, {state.h, state.c}, cell(at));
  return {with_data(x, observed(*this, x.data, y[0])), {y[1], y[2]}};
}

RNNCell::RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& o)
    : RecurrentCell("RNNCell", 1, input_size, hidden_size, o.bias, o.dtype), nonlinearity(o.nonlinearity) {}

Tensor RNNCell::operator()(const Tensor& x, const Tensor& state, SourceLocation at) const {
  const OpScope scope("RNNCell", at);
  const auto next = run(x, {state}, [&](const Tensor& in, const auto& first, const auto& w) {
    return std::vector<Tensor>{rnn_layer(in, first[0], w, nonlinearity, false, at)};
  });
  return observed(*this, x, next[0]);
}

GRUCell::GRUCell(std::int64_t input_size, std::int64_t hidden_size, const RecurrentCellOptions& o)
    : RecurrentCell("GRUCell", 3, input_size, hidden_size, o.bias, o.dtype) {}

Tensor GRUCell::operator()(const Tensor& x, const Tensor& state, SourceLocation at) const {
  const OpScope scope("GRUCell", at);
  const auto next = run(x, {state}, [&](const Tensor& in, const auto& first, const auto& w) {
    return std::vector<Tensor>{gru_layer(in, first[0], w, false, at)};
  });
  return observed(*this, x, next[0]);
}

LSTMCell::LSTMCell(std::int64_t input_size, std::int64_t hidden_size, const RecurrentCellOptions& o)
    : RecurrentCell("LSTMCell", 4, input_size, hidden_size, o.bias, o.dtype) {}

LSTMState LSTMCell::operator()(const Tensor& x, const LSTMState& state, SourceLocation at) const {
  const OpScope scope("LSTMCell", at);
  const auto next = run(x, {state.h, state.c}, [&](const Tensor& in, const auto& first, const auto& w) {
    const auto [h, c] = lstm_layer(in, first[0], first[1], w, false, at);
    return std::vector<Tensor>{h, c};
  });
  return {observed(*this, x, next[0]), next[1]};
}

}  // namespace gradus::nn
