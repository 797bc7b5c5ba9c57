#include <gradus/autograd/ops/scan.hpp>

#include <algorithm>

#include <gradus/autograd/kernels/real.hpp>
#include <gradus/autograd/kernels/rows.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/logarithm.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

struct Cumsum {
  static constexpr std::string_view name = "cumsum";
  std::int64_t dim;
  bool reverse = false;

  Tensor forward(const Tensor& x) const {
    return dispatch(x.dtype(), [&]<class T>() {
      using Sum = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
      using R = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;
      Tensor y = empty(x.shape(), dtype_of<R>);
      const auto rows =
          kernels::plan_rows(x.shape(), static_cast<std::size_t>(dim), y.strides(), x.strides());
      kernels::map_rows(
          rows, 1,
          [reverse = reverse](std::int64_t n, R* out, const T* in) {
            Sum sum = 0;
            for (std::int64_t k = 0; k < n; ++k) {
              const std::int64_t i = reverse ? n - 1 - k : k;
              sum += static_cast<Sum>(in[i]);
              out[i] = static_cast<R>(sum);
            }
          },
          y.mutable_data<R>(), x.data<T>());
      return y;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return record(Cumsum{dim, !reverse}, SourceLocation::current(), d.grad()); });
  }
};

/// combine(...combine(x[0], x[1])..., x[i]) for an associative `combine`: in round r, each element takes in
/// the 2^r elements before those it has.
template <class F>
Tensor scan(Tensor x, std::int64_t dim, F combine) {
  const std::int64_t n = x.rank() == 0 ? 1 : x.size(dim);
  for (std::int64_t reach = 1; reach < n; reach *= 2)
    x = cat(
        {narrow(x, dim, 0, reach), combine(narrow(x, dim, 0, n - reach), narrow(x, dim, reach, n - reach))},
        dim);
  return x;
}

/// The running maximum for sign = 1, minimum for sign = -1.
template <int sign>
struct RunningBest {
  static constexpr std::string_view name = sign > 0 ? "cummax" : "cummin";
  static constexpr Keep keep = keep_outputs(1);
  std::int64_t dim;

  std::array<Tensor, 2> forward(const Tensor& x) const {
    const Tensor values = empty(x.shape(), x.dtype()), indices = empty(x.shape(), int64);
    const auto rows =
        kernels::plan_rows(x.shape(), static_cast<std::size_t>(dim), values.strides(), x.strides());
    dispatch(x.dtype(), [&]<class T>() {
      T* out = values.mutable_data<T>();
      auto* places = indices.mutable_data<std::int64_t>();
      const T* in = x.data<T>();
      kernels::for_each_row(rows, 1, [&](const auto& starts) {
        const kernels::Strided<T> best{out + starts[0], rows.steps[0]};
        const kernels::Strided<std::int64_t> place{places + starts[0], rows.steps[0]};
        const kernels::Strided<const T> from{in + starts[1], rows.steps[1]};
        std::int64_t found = 0;
        for (std::int64_t i = 0; i < rows.length; ++i) {
          if (!beats(from[found], from[i])) found = i;
          best[i] = from[found];
          place[i] = found;
        }
      });
    });
    return {values, indices};
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return scatter_add(zeros_like(d.grad().detach()), dim, d.output(1), d.grad()); });
  }

 private:
  template <class T>
  static bool beats(T a, T b) {
    return kernels::is_nan(b) ? false : kernels::is_nan(a) || (sign > 0 ? a > b : a < b);
  }
};

template <int sign>
Extremum running_best(const Tensor& x, std::int64_t dim, const SourceLocation& at) {
  const auto [values, indices] =
      record(RunningBest<sign>{static_cast<std::int64_t>(wrap_dim(dim, x.rank()))}, at, x);
  return {values, indices};
}

}  // namespace

Tensor cumsum(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("cumsum", at);
  return record(Cumsum{static_cast<std::int64_t>(wrap_dim(dim, x.rank()))}, at, x);
}

Tensor cumprod(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("cumprod", at);
  wrap_dim(dim, x.rank());
  return scan(is_floating(x.dtype()) ? x : x.to(int64), dim,
              [](const Tensor& a, const Tensor& b) { return a * b; });
}

Tensor logcumsumexp(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("logcumsumexp", at);
  wrap_dim(dim, x.rank());
  check_floating(x.dtype());
  return scan(x, dim, [](const Tensor& a, const Tensor& b) { return logaddexp(a, b); });
}

Extremum cummax(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("cummax", at);
  return running_best<1>(x, dim, at);
}
Extremum cummin(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("cummin", at);
  return running_best<-1>(x, dim, at);
}

}  // namespace gradus
