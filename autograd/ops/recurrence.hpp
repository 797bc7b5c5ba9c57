#pragma once

#include <algorithm>
#include <vector>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops/matrix.hpp>
#include <gradus/autograd/tensor.hpp>

/// For writers of recurrent ops: the walk over a sequence [t, n, ..], forward and back in time. All tensors
/// are contiguous.
namespace gradus::recurrence {

/// Weights of a layer in one direction: w_ih [gates * hidden, in], w_hh [gates * hidden, hidden], and biases
/// [gates * hidden] or undefined. An LSTM may project its hidden state by w_hr [width, hidden]; w_hh is then
/// [gates * hidden, width].
struct Weights {
  Tensor w_ih, w_hh, b_ih, b_hh, w_hr = {};
};

struct Sizes {
  std::int64_t times, batch, hidden;
  bool reverse;

  /// Where step k stands in time.
  std::int64_t place(std::int64_t k) const { return reverse ? times - 1 - k : k; }
};

/// The sizes of a run over x [t, n, in] from states [n, hidden], of which the first is [n, width] where it is
/// projected. Throws ShapeError or DTypeError, with the parameter's name, unless all fit.
Sizes check(const Tensor& x, const std::vector<Tensor>& states, const Weights& weights, std::int64_t gates,
            bool reverse);

/// The states before each step, [t, n, hidden]: `first` and all of `states` but the last.
Tensor before(const Tensor& first, const Tensor& states, bool reverse);

/// The gradients that every cell has alike, by public ops: of x, w_ih and b_ih from that of the input's part
/// of the gates, of w_hh and b_hh from that of the hidden state's part, both [t, n, gates * hidden].
Tensor wrt_input(const Tensor& gates, const Tensor& w_ih);
Tensor wrt_weight(const Tensor& gates, const Tensor& x);
Tensor wrt_bias(const Tensor& gates);

/// For each step: adds (state before) w_hh' to its part of `gates`, and calls `row(place, before, i)` for
/// every sequence i of the batch, perhaps in parallel; `before` is the place of the step before, or -1.
template <Element T, class Row>
void forward(const Sizes& s, const Tensor& w_hh, const Tensor& h0, const Tensor& y, const Tensor& gates,
             std::int64_t cost, Row row) {
  const std::int64_t width = gates.size(2), state = s.batch * s.hidden;
  const kernels::Strips<T> weights(matrix<T>(w_hh).transposed());
  for (std::int64_t k = 0; k < s.times; ++k) {
    const std::int64_t t = s.place(k), last = k == 0 ? -1 : s.place(k - 1);
    const T* h = k == 0 ? h0.data<T>() : y.data<T>() + last * state;
    kernels::gemm(kernels::row_major(h, s.batch, s.hidden), weights,
                  kernels::row_major(gates.mutable_data<T>() + t * s.batch * width, s.batch, width), true);
    kernels::parallel_for(s.batch, kernels::chunk_for(std::max<std::int64_t>(cost * s.hidden, 1)),
                          [&](std::int64_t begin, std::int64_t end) {
                            for (std::int64_t i = begin; i < end; ++i) row(t, last, i);
                          });
  }
}

/// The same from the last step to the first: `row` leaves the gradient of the hidden state's part of the
/// gates in `dgates` and what else reaches the state before in dh; the share through w_hh is added to dh
/// then.
template <Element T, class Row>
void backward(const Sizes& s, const Tensor& w_hh, const Tensor& dgates, const Tensor& dh, std::int64_t cost,
              Row row) {
  const std::int64_t width = dgates.size(2);
  const kernels::Strips<T> weights(matrix<T>(w_hh));
  for (std::int64_t k = s.times - 1; k >= 0; --k) {
    const std::int64_t t = s.place(k), last = k == 0 ? -1 : s.place(k - 1);
    kernels::parallel_for(s.batch, kernels::chunk_for(std::max<std::int64_t>(cost * s.hidden, 1)),
                          [&](std::int64_t begin, std::int64_t end) {
                            for (std::int64_t i = begin; i < end; ++i) row(t, last, i);
                          });
    kernels::gemm(kernels::row_major<const T>(dgates.data<T>() + t * s.batch * width, s.batch, width),
                  weights, kernels::row_major(dh.mutable_data<T>(), s.batch, s.hidden), true);
  }
}

/// Row i of the state at a place in time, or of the first state for place -1.
template <Element T>
const T* state_row(const Sizes& s, const Tensor& first, const Tensor& states, std::int64_t place,
                   std::int64_t i) {
  return place < 0 ? first.data<T>() + i * s.hidden : states.data<T>() + (place * s.batch + i) * s.hidden;
}

}  // namespace gradus::recurrence
