#include <gradus/autograd/ops/gru.hpp>

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

constexpr std::int64_t cost = 60;  // of an element of the state in one step

struct Gru {
  static constexpr std::string_view name = "gru_layer";
  static constexpr Keep keep = keep_inputs(0, 1, 2, 3, 4, 5) | keep_outputs(0);
  Sizes sizes;
  bool reverse = sizes.reverse;
  Tensor gates = {};  ///< r, z, n: [t, n, 3 hidden]
  Tensor parts = {};  ///< the hidden state's part of what goes into them

  Tensor forward(const Tensor& x, const Tensor& h0, const Tensor& w_ih, const Tensor& w_hh,
                 const Tensor& b_ih, const Tensor& b_hh) {
    const Sizes s = sizes;
    gates = linear(x, w_ih, b_ih);
    parts =
        b_hh.defined() ? expand(b_hh, gates.shape()).clone() : zeros(gates.shape(), {.dtype = gates.dtype()});
    const Tensor first = h0.contiguous(), y = empty({s.times, s.batch, s.hidden}, x.dtype());
    dispatch_floating(x.dtype(), [&]<class T>() {
      recurrence::forward<T>(
          s, w_hh, first, y, parts, cost, [&](std::int64_t t, std::int64_t last, std::int64_t i) {
            const std::int64_t state = (t * s.batch + i) * s.hidden;
            kernels::gru_forward(s.hidden, gates.mutable_data<T>() + 3 * state, parts.data<T>() + 3 * state,
                                 state_row<T>(s, first, y, last, i), y.mutable_data<T>() + state);
          });
    });
    return y;
  }

  void backward(Backward& d) const {
    const auto found = is_recording() ? recorded(d) : fused(d);
    const Tensor &through = found[0], &hidden = found[1], &to_h0 = found[2];
    d.wrt(0, [&] { return recurrence::wrt_input(through, d.input(2)); });
    d.wrt(1, [&] { return to_h0; });
    d.wrt(2, [&] { return recurrence::wrt_weight(through, d.input(0)); });
    d.wrt(3, [&] {
      return recurrence::wrt_weight(hidden, recurrence::before(d.input(1), d.output(0), sizes.reverse));
    });
    d.wrt(4, [&] { return recurrence::wrt_bias(through); });
    d.wrt(5, [&] { return recurrence::wrt_bias(hidden); });
  }

 private:
  /// The gradients of the input's part and the hidden state's part of the gates, and of h0.
  std::array<Tensor, 3> fused(Backward& d) const {
    const Sizes s = sizes;
    const Tensor y = d.output(0), h0 = d.input(1).contiguous(), w_hh = d.input(3).contiguous();
    const Tensor dy = d.grad().contiguous();
    const Tensor through = empty(gates.shape(), gates.dtype()), hidden = empty(gates.shape(), gates.dtype());
    const Tensor dh = zeros({s.batch, s.hidden}, {.dtype = gates.dtype()});
    dispatch_floating(gates.dtype(), [&]<class T>() {
      recurrence::backward<T>(
          s, w_hh, hidden, dh, cost, [&](std::int64_t t, std::int64_t last, std::int64_t i) {
            const std::int64_t state = (t * s.batch + i) * s.hidden;
            kernels::gru_backward(s.hidden, gates.data<T>() + 3 * state, parts.data<T>() + 3 * state,
                                  state_row<T>(s, h0, y, last, i), dy.data<T>() + state,
                                  dh.mutable_data<T>() + i * s.hidden, through.mutable_data<T>() + 3 * state,
                                  hidden.mutable_data<T>() + 3 * state);
          });
    });
    return {through, hidden, dh};
  }

  /// The same by public ops.
  std::array<Tensor, 3> recorded(Backward& d) const {
    const Tensor y = d.output(0), w_hh = d.input(3), dy = d.grad();
    const Tensor last = recurrence::before(d.input(1), y, sizes.reverse);
    const auto in = chunk(linear(d.input(0), d.input(2), d.input(4)), 3, 2);
    const auto part = chunk(linear(last, w_hh, d.input(5)), 3, 2);
    const Tensor r = sigmoid(in[0] + part[0]), z = sigmoid(in[1] + part[1]), n = tanh(in[2] + r * part[2]);
    const Tensor into_n = (1 - z) * (1 - square(n)), into_r = into_n * part[2] * r * (1 - r);
    const Tensor into_z = (last - n) * z * (1 - z);
    Tensor dh = zeros({sizes.batch, sizes.hidden}, {.dtype = y.dtype()});
    std::vector<Tensor> through(static_cast<std::size_t>(sizes.times)), hidden = through;
    for (std::int64_t k = sizes.times - 1; k >= 0; --k) {
      const std::int64_t t = sizes.place(k);
      const auto place = static_cast<std::size_t>(t);
      const auto now = [t](const Tensor& x) { return select(x, 0, t); };
      const Tensor total = now(dy) + dh, dn = total * now(into_n);
      const Tensor dr = total * now(into_r), dz = total * now(into_z);
      through[place] = cat({dr, dz, dn}, 1);
      hidden[place] = cat({dr, dz, dn * now(r)}, 1);
      dh = matmul(hidden[place], w_hh) + total * now(z);
    }
    if (through.empty()) return {zeros_like(gates), zeros_like(gates), dh};
    return {stack(through), stack(hidden), dh};
  }
};

}  // namespace

Tensor gru_layer(const Tensor& x, const Tensor& h0, const recurrence::Weights& w, bool reverse,
                 SourceLocation at) {
  const OpScope scope("gru_layer", at);
  const Sizes sizes = recurrence::check(x, {h0}, w, 3, reverse);
  return record(Gru{sizes}, at, x, h0, w.w_ih, w.w_hh, w.b_ih, w.b_hh);
}

}  // namespace gradus
