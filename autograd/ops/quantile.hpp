#pragma once

#include <optional>

#include <gradus/autograd/operand.hpp>
#include <gradus/autograd/ops/extrema.hpp>

namespace gradus {

/// Order statistics; the gradient goes to the elements that they are made of. Dimensions count from the end
/// when negative; one out of range throws IndexError.

/// What a quantile is when it falls between two elements.
enum class Quantile { linear, lower, higher, nearest, midpoint };
/// Options of `quantile`.
struct QuantileOptions {
  std::optional<std::int64_t> dim = {};  ///< of the whole tensor unless given
  bool keepdim = false;
  Quantile interpolation = Quantile::linear;  ///< nearest takes the even place of two
};
/// The value below which the share `q`, a number or a tensor [] or [k] of numbers in [0, 1], of the elements
/// along a dimension lies: place q (n - 1) of the rising order. Several q make a new first dimension. NaN for
/// a row with a NaN. For floating dtypes (DTypeError). Throws ValueError for another q, ShapeError for
/// nothing to choose from.
Tensor quantile(const Tensor& x, const Operand& q, const QuantileOptions& options = {});
/// The same of the elements that are not NaN; NaN if there are none.
Tensor nanquantile(const Tensor& x, const Operand& q, const QuantileOptions& options = {});

/// As `median`, of the elements that are not NaN; NaN if there are none.
Extremum nanmedian(const Tensor& x, std::int64_t dim, bool keepdim = false,
                   SourceLocation at = SourceLocation::current());
Tensor nanmedian(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The most frequent element along `dim`, the smallest of those as frequent, and where it stands first.
/// Throws ShapeError when there is nothing to choose from.
Extremum mode(const Tensor& x, std::int64_t dim = -1, bool keepdim = false,
              SourceLocation at = SourceLocation::current());

}  // namespace gradus
