#include <gradus/autograd/ops/lstm.hpp>

#include <gradus/autograd/kernels/recurrent.hpp>
#include <gradus/autograd/ops/activation.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/linear.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

using recurrence::Sizes;
using recurrence::state_row;

constexpr std::int64_t cost = 80;  // of an element of the state in one step

struct Lstm {
  static constexpr std::string_view name = "lstm_layer";
  static constexpr Keep keep = keep_inputs(0, 1, 2, 3, 4, 5, 6) | keep_outputs(0, 1);
  Sizes sizes;
  bool reverse = sizes.reverse;
  Tensor gates = {};  ///< i, f, g, o: [t, n, 4 hidden]

  std::array<Tensor, 2> forward(const Tensor& x, const Tensor& h0, const Tensor& c0, const Tensor& w_ih,
                                const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh) {
    const Sizes s = sizes;
    gates = linear(x, w_ih, b_ih.defined() && b_hh.defined() ? b_ih + b_hh : b_ih.defined() ? b_ih : b_hh);
    const Tensor first = h0.contiguous(), cell = c0.contiguous();
    const Tensor y = empty({s.times, s.batch, s.hidden}, x.dtype()), c = empty(y.shape(), x.dtype());
    dispatch_floating(x.dtype(), [&]<class T>() {
      recurrence::forward<T>(
          s, w_hh, first, y, gates, cost, [&](std::int64_t t, std::int64_t last, std::int64_t i) {
            const std::int64_t row = t * s.batch + i;
            kernels::lstm_forward(s.hidden, gates.mutable_data<T>() + row * 4 * s.hidden,
                                  state_row<T>(s, cell, c, last, i), c.mutable_data<T>() + row * s.hidden,
                                  y.mutable_data<T>() + row * s.hidden);
          });
    });
    return {y, c};
  }

  void backward(Backward& d) const {
    const auto found = is_recording() ? recorded(d) : fused(d);
    const Tensor &through = found[0], &to_h0 = found[1], &to_c0 = found[2];
    d.wrt(0, [&] { return recurrence::wrt_input(through, d.input(3)); });
    d.wrt(1, [&] { return to_h0; });
    d.wrt(2, [&] { return to_c0; });
    d.wrt(3, [&] { return recurrence::wrt_weight(through, d.input(0)); });
    d.wrt(4, [&] {
      return recurrence::wrt_weight(through, recurrence::before(d.input(1), d.output(0), sizes.reverse));
    });
    for (const std::size_t bias : {5U, 6U}) d.wrt(bias, [&] { return recurrence::wrt_bias(through); });
  }

 private:
  /// The gradients of what goes into the gates, of h0 and of c0.
  std::array<Tensor, 3> fused(Backward& d) const {
    const Sizes s = sizes;
    const Tensor c = d.output(1), c0 = d.input(2).contiguous(), w_hh = d.input(4).contiguous();
    const Tensor dy = d.grad(0).contiguous(), dc_out = d.has_grad(1) ? d.grad(1).contiguous() : Tensor();
    const Tensor through = empty(gates.shape(), gates.dtype());
    const Tensor dh = zeros({s.batch, s.hidden}, {.dtype = gates.dtype()}), dc = zeros_like(dh);
    dispatch_floating(gates.dtype(), [&]<class T>() {
      recurrence::backward<T>(
          s, w_hh, through, dh, cost, [&](std::int64_t t, std::int64_t last, std::int64_t i) {
            const std::int64_t row = t * s.batch + i, state = row * s.hidden, own = i * s.hidden;
            kernels::lstm_backward(s.hidden, gates.data<T>() + 4 * state, state_row<T>(s, c0, c, last, i),
                                   c.data<T>() + state, dy.data<T>() + state,
                                   dc_out.defined() ? dc_out.data<T>() + state : nullptr,
                                   dh.mutable_data<T>() + own, dc.mutable_data<T>() + own,
                                   through.mutable_data<T>() + 4 * state);
          });
    });
    return {through, dh, dc};
  }

  /// The same by public ops.
  std::array<Tensor, 3> recorded(Backward& d) const {
    const Tensor y = d.output(0), c = d.output(1), w_hh = d.input(4), dy = d.grad(0), dc_out = d.grad(1);
    const auto in = chunk(linear(d.input(0), d.input(3), d.input(5)) +
                              linear(recurrence::before(d.input(1), y, sizes.reverse), w_hh, d.input(6)),
                          4, 2);
    const Tensor i = sigmoid(in[0]), f = sigmoid(in[1]), g = tanh(in[2]), o = sigmoid(in[3]),
                 squashed = tanh(c);
    // What a gradient of c, and one of h, is multiplied by on the way into each gate.
    const Tensor into_i = g * i * (1 - i),
                 into_f = recurrence::before(d.input(2), c, sizes.reverse) * f * (1 - f);
    const Tensor into_g = i * (1 - square(g)), into_o = squashed * o * (1 - o),
                 into_c = o * (1 - square(squashed));
    Tensor dh = zeros({sizes.batch, sizes.hidden}, {.dtype = y.dtype()}), dc = dh;
    std::vector<Tensor> rows(static_cast<std::size_t>(sizes.times));
    for (std::int64_t k = sizes.times - 1; k >= 0; --k) {
      const std::int64_t t = sizes.place(k);
      const auto now = [t](const Tensor& x) { return select(x, 0, t); };
      const Tensor total = now(dy) + dh, cell = now(dc_out) + dc + total * now(into_c);
      Tensor& row = rows[static_cast<std::size_t>(t)];
      row = cat({cell * now(into_i), cell * now(into_f), cell * now(into_g), total * now(into_o)}, 1);
      dh = matmul(row, w_hh);
      dc = cell * now(f);
    }
    return {rows.empty() ? zeros_like(gates) : stack(rows), dh, dc};
  }
};

/// By public ops, step by step.
std::array<Tensor, 2> projected(const Tensor& x, Tensor h, Tensor c, const recurrence::Weights& w,
                                const Sizes& sizes) {
  if (sizes.times == 0)
    return {zeros({0, sizes.batch, h.size(1)}, {.dtype = x.dtype()}),
            zeros({0, sizes.batch, sizes.hidden}, {.dtype = x.dtype()})};
  const Tensor into = linear(x, w.w_ih, w.b_ih);
  std::vector<Tensor> all_h(static_cast<std::size_t>(sizes.times)), all_c = all_h;
  for (std::int64_t k = 0; k < sizes.times; ++k) {
    const std::int64_t t = sizes.place(k);
    const auto in = chunk(select(into, 0, t) + linear(h, w.w_hh, w.b_hh), 4, 1);
    c = sigmoid(in[1]) * c + sigmoid(in[0]) * tanh(in[2]);
    h = linear(sigmoid(in[3]) * tanh(c), w.w_hr);
    all_h[static_cast<std::size_t>(t)] = h;
    all_c[static_cast<std::size_t>(t)] = c;
  }
  return {stack(all_h), stack(all_c)};
}

}  // namespace

std::array<Tensor, 2> lstm_layer(const Tensor& x, const Tensor& h0, const Tensor& c0,
                                 const recurrence::Weights& w, bool reverse, SourceLocation at) {
  const OpScope scope("lstm_layer", at);
  const Sizes sizes = recurrence::check(x, {h0, c0}, w, 4, reverse);
  if (w.w_hr.defined()) return projected(x, h0, c0, w, sizes);
  return record(Lstm{sizes}, at, x, h0, c0, w.w_ih, w.w_hh, w.b_ih, w.b_hh);
}

}  // namespace gradus
