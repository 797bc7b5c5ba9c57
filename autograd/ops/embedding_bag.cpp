#include <gradus/autograd/ops/embedding_bag.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/embedding.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// Where each bag begins, and the number of indices at the end.
std::vector<std::int64_t> bounds(const Tensor& indices, const Tensor& offsets, bool include_last) {
  const std::int64_t n = indices.numel();
  std::vector<std::int64_t> begins;
  if (indices.rank() == 2) {
    require(!offsets.defined(), "indices are {}; offsets are for indices in one row", indices.shape());
    for (std::int64_t i = 0; i <= indices.size(0); ++i) begins.push_back(i * indices.size(1));
    return begins;
  }
  require<ShapeError>(indices.rank() == 1 && offsets.defined() && offsets.rank() == 1,
                      "indices are {} and offsets {}; needs [bags, n] without offsets, or [n] and [bags]",
                      indices.shape(), offsets.defined() ? to_string(offsets.shape()) : "none");
  require<DTypeError>(offsets.dtype() == int64, "offsets are {}; need int64", offsets.dtype());
  begins = offsets.to_vector<std::int64_t>();
  if (!include_last) begins.push_back(n);
  require(!begins.empty() && begins.front() == 0 && begins.back() == n,
          "offsets must go from 0 to the {} indices", n);
  for (std::size_t i = 1; i < begins.size(); ++i)
    require(begins[i - 1] <= begins[i], "offset {} is {}, below the one before, {}", i, begins[i],
            begins[i - 1]);
  return begins;
}

/// The number of the bag that each index is in.
std::vector<std::int64_t> bag_of_each(const std::vector<std::int64_t>& begins) {
  std::vector<std::int64_t> bags;
  for (std::size_t b = 0; b + 1 < begins.size(); ++b)
    bags.insert(bags.end(), static_cast<std::size_t>(begins[b + 1] - begins[b]),
                static_cast<std::int64_t>(b));
  return bags;
}

/// Row by row, for there is no op that takes the maxima of ragged pieces.
Tensor largest(const Tensor& rows, const std::vector<std::int64_t>& bags, std::size_t count) {
  std::vector<Tensor> each;
  std::int64_t begin = 0;
  for (std::size_t b = 0; b < count; ++b) {
    std::int64_t end = begin;
    while (end < rows.size(0) && bags[static_cast<std::size_t>(end)] == static_cast<std::int64_t>(b)) ++end;
    each.push_back(begin == end ? zeros({rows.size(1)}, {.dtype = rows.dtype()})
                                : max(narrow(rows, 0, begin, end - begin), 0).values);
    begin = end;
  }
  return each.empty() ? zeros({0, rows.size(1)}, {.dtype = rows.dtype()}) : stack(each);
}

}  // namespace

Tensor embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets,
                     const EmbeddingBagOptions& options, SourceLocation at) {
  const OpScope scope("embedding_bag", at);
  require<DTypeError>(indices.dtype() == int64, "indices are {}; need int64", indices.dtype());
  require<ShapeError>(weight.rank() == 2, "{} is {}; needs [count, size]", named(weight, "weight"),
                      weight.shape());
  const std::vector<std::int64_t> begins = bounds(indices, offsets, options.include_last_offset);
  const Tensor& factors = options.per_sample_weights;
  require(!factors.defined() || options.mode == BagMode::sum, "per_sample_weights are for sums only");
  require<ShapeError>(!factors.defined() || factors.shape() == indices.shape(),
                      "per_sample_weights are {} but indices {}; must have one shape",
                      factors.defined() ? factors.shape() : Shape(), indices.shape());
  std::vector<std::int64_t> bags = bag_of_each(begins);
  Tensor chosen = reshape(indices, {-1}), scale = factors.defined() ? reshape(factors, {-1}) : factors;
  if (options.padding_idx) {
    const std::int64_t padding = *options.padding_idx + (*options.padding_idx < 0 ? weight.size(0) : 0);
    require<IndexError>(padding >= 0 && padding < weight.size(0), "padding_idx {} is not a row of {}",
                        *options.padding_idx, weight.shape());
    const auto list = chosen.to_vector<std::int64_t>();
    std::vector<std::int64_t> kept, kept_bags;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i] == padding) continue;
      kept.push_back(static_cast<std::int64_t>(i));
      kept_bags.push_back(bags[i]);
    }
    const Tensor places = from_vector(kept, {static_cast<std::int64_t>(kept.size())});
    chosen = index_select(chosen, 0, places);
    if (scale.defined()) scale = index_select(scale, 0, places);
    bags = std::move(kept_bags);
  }
  Tensor rows = embedding(weight, chosen);
  const std::size_t count = begins.size() - 1;
  if (options.mode == BagMode::max) return largest(rows, bags, count);
  if (scale.defined()) rows = rows * unsqueeze(scale, 1);
  const Shape shape{static_cast<std::int64_t>(count), weight.size(1)};
  const Tensor sums = index_add(zeros(shape, {.dtype = rows.dtype()}), 0,
                                from_vector(bags, {static_cast<std::int64_t>(bags.size())}), rows);
  if (options.mode == BagMode::sum) return sums;
  std::vector<double> sizes(count, 0);
  for (const std::int64_t bag : bags) ++sizes[static_cast<std::size_t>(bag)];
  for (double& size : sizes) size = std::max(size, 1.0);
  return sums / from_vector(sizes, {shape[0], 1}).to(rows.dtype());
}

}  // namespace gradus
