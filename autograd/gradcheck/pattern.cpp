#include <gradus/autograd/gradcheck/pattern.hpp>

namespace gradus::detail {

namespace {

std::int64_t ravel(const Dims& index, const Shape& shape) {
  std::int64_t position = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) position = position * shape[d] + index[d];
  return position;
}

bool moves(const std::vector<std::int64_t>& to) {
  for (std::size_t i = 0; i < to.size(); ++i)
    if (to[i] != static_cast<std::int64_t>(i)) return true;
  return false;
}

/// The elements of the tensor with two dimensions exchanged, read as if it had the shape of the original.
std::vector<std::int64_t> transposition(const Shape& shape, std::size_t p, std::size_t q) {
  Shape exchanged = shape;
  std::swap(exchanged[p], exchanged[q]);
  std::vector<std::int64_t> to;
  for (std::int64_t i = 0; i < numel(shape); ++i) {
    Dims index = unravel(i, exchanged);
    std::swap(index[p], index[q]);
    to.push_back(ravel(index, shape));
  }
  return to;
}

std::vector<std::int64_t> reversal(const Shape& shape, const Dims& dims) {
  std::vector<std::int64_t> to;
  for (std::int64_t i = 0; i < numel(shape); ++i) {
    Dims index = unravel(i, shape);
    for (const std::int64_t d : dims) {
      auto& one = index[static_cast<std::size_t>(d)];
      one = shape[static_cast<std::size_t>(d)] - 1 - one;
    }
    to.push_back(ravel(index, shape));
  }
  return to;
}

}  // namespace

Pattern::Pattern(const Jacobian& jacobian, const Block& output, const Block& variable)
    : jacobian_(jacobian), output_(output), variable_(variable) {
  each([&](std::int64_t i, std::int64_t j) {
    for (const double x : {analytic(i, j), numeric(i, j)})
      if (std::isfinite(x)) magnitude_ = std::max(magnitude_, std::abs(x));
  });
}

double Pattern::factor() const {
  double product = 0, square = 0;
  each([&](std::int64_t i, std::int64_t j) {
    if (jacobian_.states[at(i, j)] == Jacobian::State::at_kink) return;
    product += analytic(i, j) * numeric(i, j);
    square += numeric(i, j) * numeric(i, j);
  });
  return product / square;
}

std::vector<Map> maps(const Shape& shape) {
  std::vector<Map> all;
  const auto add = [&](GradcheckBug bug, std::string text, std::vector<std::int64_t> to) {
    if (moves(to)) all.push_back({bug, std::move(text), std::move(to)});
  };
  for (std::size_t p = 0; p < shape.size(); ++p)
    for (std::size_t q = p + 1; q < shape.size(); ++q)
      add(GradcheckBug::transposed, fmt::format("transposed: dimensions {} and {} are exchanged", p, q),
          transposition(shape, p, q));
  const auto rank = static_cast<std::int64_t>(shape.size());
  for (std::int64_t d = 0; d < rank; ++d)
    add(GradcheckBug::reversed, fmt::format("reversed along dimension {}", d), reversal(shape, d));
  if (rank >= 2)
    add(GradcheckBug::reversed, "reversed along the last two dimensions",
        reversal(shape, {rank - 2, rank - 1}));
  return all;
}

}  // namespace gradus::detail
