#include <gradus/autograd/ops/rnn.hpp>

#include <gradus/autograd/kernels/recurrent.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/linear.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

using recurrence::Sizes;

constexpr std::int64_t cost = 20;  // of an element of the state in one step

struct Rnn {
  static constexpr std::string_view name = "rnn_layer";
  static constexpr Keep keep = keep_inputs(0, 1, 2, 3) | keep_outputs(0);
  Sizes sizes;
  bool is_relu;
  bool reverse = sizes.reverse;

  /// The states take the place of what goes into them.
  Tensor forward(const Tensor& x, const Tensor& h0, const Tensor& w_ih, const Tensor& w_hh,
                 const Tensor& b_ih, const Tensor& b_hh) const {
    const Tensor y = linear(x, w_ih,
                            b_ih.defined() && b_hh.defined() ? b_ih + b_hh
                            : b_ih.defined()                 ? b_ih
                                                             : b_hh);
    const Tensor first = h0.contiguous();
    dispatch_floating(x.dtype(), [&]<class T>() {
      recurrence::forward<T>(sizes, w_hh, first, y, y, cost,
                             [&](std::int64_t t, std::int64_t, std::int64_t i) {
                               T* h = y.mutable_data<T>() + (t * sizes.batch + i) * sizes.hidden;
                               kernels::vectorized([=, n = sizes.hidden, is_relu = is_relu] {
                                 if (is_relu)
                                   for (std::int64_t j = 0; j < n; ++j) h[j] = h[j] < 0 ? T(0) : h[j];
                                 else
                                   kernels::tanh_run(h, n);
                               });
                             });
    });
    return y;
  }

  void backward(Backward& d) const {
    const auto found = is_recording() ? recorded(d) : fused(d);
    const Tensor &through = found[0], &to_h0 = found[1];
    d.wrt(0, [&] { return recurrence::wrt_input(through, d.input(2)); });
    d.wrt(1, [&] { return to_h0; });
    d.wrt(2, [&] { return recurrence::wrt_weight(through, d.input(0)); });
    d.wrt(3, [&] {
      return recurrence::wrt_weight(through, recurrence::before(d.input(1), d.output(0), sizes.reverse));
    });
    for (const std::size_t bias : {4U, 5U}) d.wrt(bias, [&] { return recurrence::wrt_bias(through); });
  }

 private:
  /// The gradients of what is squashed, and of h0.
  std::array<Tensor, 2> fused(Backward& d) const {
    const Tensor y = d.output(0), w_hh = d.input(3).contiguous(), dy = d.grad().contiguous();
    const Tensor through = empty(y.shape(), y.dtype());
    const Tensor to_h = zeros({sizes.batch, sizes.hidden}, {.dtype = y.dtype()});
    dispatch_floating(y.dtype(), [&]<class T>() {
      recurrence::backward<T>(
          sizes, w_hh, through, to_h, cost, [&](std::int64_t t, std::int64_t, std::int64_t i) {
            const std::int64_t state = (t * sizes.batch + i) * sizes.hidden;
            const T *h = y.data<T>() + state, *g = dy.data<T>() + state;
            T *out = through.mutable_data<T>() + state, *dh = to_h.mutable_data<T>() + i * sizes.hidden;
            for (std::int64_t j = 0; j < sizes.hidden; ++j) {
              const T total = dh[j] + g[j];
              out[j] = is_relu ? (h[j] <= 0 ? T(0) : total) : total * (1 - h[j] * h[j]);
              dh[j] = 0;
            }
          });
    });
    return {through, to_h};
  }

  /// The same by public ops.
  std::array<Tensor, 2> recorded(Backward& d) const {
    const Tensor y = d.output(0), w_hh = d.input(3), dy = d.grad();
    const Tensor slope = is_relu ? where(y.detach() <= 0, zeros_like(y), 1) : 1 - square(y);
    Tensor dh = zeros({sizes.batch, sizes.hidden}, {.dtype = y.dtype()});
    std::vector<Tensor> rows(static_cast<std::size_t>(sizes.times));
    for (std::int64_t k = sizes.times - 1; k >= 0; --k) {
      const std::int64_t t = sizes.place(k);
      Tensor& row = rows[static_cast<std::size_t>(t)];
      row = (select(dy, 0, t) + dh) * select(slope, 0, t);
      dh = matmul(row, w_hh);
    }
    return {rows.empty() ? zeros_like(y) : stack(rows), dh};
  }
};

}  // namespace

std::string_view name(RNNNonlinearity nonlinearity) {
  return nonlinearity == RNNNonlinearity::relu ? "relu" : "tanh";
}

Tensor rnn_layer(const Tensor& x, const Tensor& h0, const recurrence::Weights& w,
                 RNNNonlinearity nonlinearity, bool reverse, SourceLocation at) {
  const OpScope scope("rnn_layer", at);
  const Sizes sizes = recurrence::check(x, {h0}, w, 1, reverse);
  return record(Rnn{sizes, nonlinearity == RNNNonlinearity::relu}, at, x, h0, w.w_ih, w.w_hh, w.b_ih, w.b_hh);
}

}  // namespace gradus
