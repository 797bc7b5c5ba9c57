#include <gradus/autograd/ops/stacking.hpp>

#include <algorithm>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/masked.hpp>
#include <gradus/autograd/ops/pad.hpp>
#include <gradus/autograd/ops/rearrange.hpp>
#include <gradus/autograd/ops/triangle.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

template <class F>
std::vector<Tensor> each(const std::vector<Tensor>& tensors, F f) {
  std::vector<Tensor> results;
  for (const Tensor& x : tensors) results.push_back(f(x));
  return results;
}

/// With dimensions of size 1 in front: [] -> [1, 1], [n] -> [1, n].
Tensor as_rows(const Tensor& x) {
  return x.rank() == 0 ? reshape(x, {1, 1}) : x.rank() == 1 ? unsqueeze(x, 0) : x;
}

void require_vector(const Tensor& x) {
  require<ShapeError>(x.rank() == 1, "given {}; needs a vector", x.shape());
}

/// The selections of r of n numbers, one after the other.
std::vector<std::int64_t> selections(std::int64_t n, std::int64_t r, bool again) {
  std::vector<std::int64_t> all, chosen;
  for (std::int64_t i = 0; i < r; ++i) chosen.push_back(again ? 0 : i);
  const auto most = [&](std::int64_t place) { return again ? n - 1 : n - r + place; };
  if (r > 0 && most(0) < 0) return all;
  for (;;) {
    all.insert(all.end(), chosen.begin(), chosen.end());
    std::int64_t place = r - 1;
    while (place >= 0 && chosen[static_cast<std::size_t>(place)] == most(place)) --place;
    if (place < 0) return all;
    std::int64_t next = chosen[static_cast<std::size_t>(place)] + 1;
    for (; place < r; ++place, next += again ? 0 : 1) chosen[static_cast<std::size_t>(place)] = next;
  }
}

}  // namespace

Tensor hstack(const std::vector<Tensor>& tensors, SourceLocation at) {
  const OpScope scope("hstack", at);
  const auto parts = each(tensors, [](const Tensor& x) { return x.rank() == 0 ? reshape(x, 1) : x; });
  return cat(parts, !parts.empty() && parts[0].rank() > 1 ? 1 : 0);
}

Tensor vstack(const std::vector<Tensor>& tensors, SourceLocation at) {
  const OpScope scope("vstack", at);
  return cat(each(tensors, as_rows), 0);
}

Tensor dstack(const std::vector<Tensor>& tensors, SourceLocation at) {
  const OpScope scope("dstack", at);
  return cat(each(tensors, [](const Tensor& x) { return x.rank() < 3 ? unsqueeze(as_rows(x), 2) : x; }), 2);
}

Tensor column_stack(const std::vector<Tensor>& tensors, SourceLocation at) {
  const OpScope scope("column_stack", at);
  return cat(each(tensors, [](const Tensor& x) { return x.rank() < 2 ? reshape(x, {x.numel(), 1}) : x; }), 1);
}

Tensor block_diag(const std::vector<Tensor>& matrices, SourceLocation at) {
  const OpScope scope("block_diag", at);
  const auto blocks = each(matrices, as_rows);
  std::int64_t columns = 0, left = 0;
  for (const Tensor& block : blocks) {
    require<ShapeError>(block.rank() == 2, "given {}; needs matrices", block.shape());
    columns += block.size(1);
  }
  const auto rows = each(blocks, [&](const Tensor& block) {
    left += block.size(1);
    return pad(block, {left - block.size(1), columns - left});
  });
  return cat(rows, 0);
}

std::vector<Tensor> tensor_split(const Tensor& x, std::int64_t sections, std::int64_t dim,
                                 SourceLocation at) {
  const OpScope scope("tensor_split", at);
  require(sections >= 1, "{} sections were asked for; needs at least 1", sections);
  const std::int64_t size = x.size(dim), longer = size % sections;
  std::vector<std::int64_t> sizes;
  for (std::int64_t i = 0; i < sections; ++i) sizes.push_back(size / sections + (i < longer));
  return split(x, sizes, dim);
}

std::vector<Tensor> tensor_split(const Tensor& x, const std::vector<std::int64_t>& cuts, std::int64_t dim,
                                 SourceLocation at) {
  const OpScope scope("tensor_split", at);
  std::vector<Tensor> parts;
  std::int64_t begin = 0;
  for (const std::int64_t cut : cuts) {
    parts.push_back(slice(x, dim, begin, cut));
    begin = cut;
  }
  parts.push_back(slice(x, dim, begin, x.size(dim)));
  return parts;
}

Tensor tile(const Tensor& x, const Dims& counts, SourceLocation at) {
  const OpScope scope("tile", at);
  Dims all = counts;
  while (all.size() < x.rank()) all.insert(0, 1);
  return repeat(x, all);
}

Tensor rot90(const Tensor& x, std::int64_t times, const Dims& dims, SourceLocation at) {
  const OpScope scope("rot90", at);
  require(dims.size() == 2, "dimensions {} were given; needs two", dims);
  const Dims two = wrap_dims(dims, x.rank());
  const auto a = dims[0], b = dims[1];
  switch ((times % 4 + 4) % 4) {
    case 1:
      return flip(transpose(x, a, b), a);
    case 2:
      return flip(x, two);
    case 3:
      return flip(transpose(x, a, b), b);
    default:
      return x;
  }
}

std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors, SourceLocation at) {
  const OpScope scope("broadcast_tensors", at);
  Shape shape;
  for (const Tensor& x : tensors) shape = broadcast(shape, x.shape());
  return each(tensors, [&](const Tensor& x) { return expand(x, shape); });
}

Tensor cartesian_prod(const std::vector<Tensor>& vectors, SourceLocation at) {
  const OpScope scope("cartesian_prod", at);
  for (const Tensor& x : vectors) require_vector(x);
  if (vectors.size() == 1) return vectors[0];
  return stack(each(meshgrid(vectors), [](const Tensor& x) { return flatten(x); }), 1);
}

Tensor combinations(const Tensor& x, std::int64_t r, bool with_replacement, SourceLocation at) {
  const OpScope scope("combinations", at);
  require_vector(x);
  require(r >= 0, "r is {}; it must not be negative", r);
  if (r == 0) return empty({0}, {.dtype = x.dtype()});
  const auto chosen = selections(x.size(0), r, with_replacement);
  const auto count = static_cast<std::int64_t>(chosen.size());
  return reshape(index_select(x, 0, from_vector(chosen, count)), {count / r, r});
}

Tensor tril_indices(std::int64_t rows, std::int64_t columns, std::int64_t diagonal, SourceLocation at) {
  const OpScope scope("tril_indices", at);
  require(rows >= 0 && columns >= 0, "sizes {} and {} were given; they must not be negative", rows, columns);
  return t(nonzero(tril(ones({rows, columns}), diagonal))).contiguous();
}

Tensor triu_indices(std::int64_t rows, std::int64_t columns, std::int64_t diagonal, SourceLocation at) {
  const OpScope scope("triu_indices", at);
  require(rows >= 0 && columns >= 0, "sizes {} and {} were given; they must not be negative", rows, columns);
  return t(nonzero(triu(ones({rows, columns}), diagonal))).contiguous();
}

}  // namespace gradus
