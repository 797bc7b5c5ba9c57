#include <gradus/autograd/ops/recurrence.hpp>

#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus::recurrence {

namespace {

void check_weight(const Tensor& x, const Tensor& weight, std::string_view role, std::int64_t rows,
                  std::int64_t columns) {
  require<ShapeError>(weight.shape() == Shape({rows, columns}), "{} is {}; needs [{}, {}]",
                      named(weight, role), weight.shape(), rows, columns);
  require_same_dtype(x, weight, named(weight, role));
}

Tensor rows_of(const Tensor& x) { return reshape(x, {x.size(0) * x.size(1), x.size(2)}); }

}  // namespace

Sizes check(const Tensor& x, const std::vector<Tensor>& states, const Weights& w, std::int64_t gates,
            bool reverse) {
  require<ShapeError>(x.rank() == 3, "input is {}; needs [t, n, in]", x.shape());
  const bool projects = w.w_hr.defined();
  if (projects)
    require<ShapeError>(w.w_hr.rank() == 2, "{} is {}; needs [width, hidden]", named(w.w_hr, "w_hr"),
                        w.w_hr.shape());
  require<ShapeError>(w.w_hh.rank() == 2 && (projects || w.w_hh.size(0) == gates * w.w_hh.size(1)),
                      "{} is {}; needs [{} hidden, {}]", named(w.w_hh, "w_hh"), w.w_hh.shape(), gates,
                      projects ? "width" : "hidden");
  const std::int64_t width = w.w_hh.size(1), hidden = projects ? w.w_hr.size(1) : width, batch = x.size(1);
  check_weight(x, w.w_ih, "w_ih", gates * hidden, x.size(2));
  check_weight(x, w.w_hh, "w_hh", gates * hidden, width);
  if (projects) check_weight(x, w.w_hr, "w_hr", width, hidden);
  if (w.b_ih.defined()) require_vector(w.b_ih, "b_ih", gates * hidden, x.dtype());
  if (w.b_hh.defined()) require_vector(w.b_hh, "b_hh", gates * hidden, x.dtype());
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::int64_t size = i == 0 ? width : hidden;
    require<ShapeError>(states[i].shape() == Shape({batch, size}), "a state is {}; needs [{}, {}]",
                        states[i].shape(), batch, size);
    require_same_dtype(x, states[i], "a state");
  }
  return {x.size(0), batch, hidden, reverse};
}

Tensor before(const Tensor& first, const Tensor& states, bool reverse) {
  const std::int64_t times = states.size(0);
  if (times == 0) return states;
  const Tensor head = unsqueeze(first, 0);
  return reverse ? cat({narrow(states, 0, 1, times - 1), head})
                 : cat({head, narrow(states, 0, 0, times - 1)});
}

Tensor wrt_input(const Tensor& gates, const Tensor& w_ih) { return matmul(gates, w_ih); }
Tensor wrt_weight(const Tensor& gates, const Tensor& x) {
  return matmul(transpose(rows_of(gates), 0, 1), rows_of(x));
}
Tensor wrt_bias(const Tensor& gates) { return sum(gates, {0, 1}); }

}  // namespace gradus::recurrence
