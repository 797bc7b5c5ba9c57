#include <gradus/autograd/ops/einsum.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/diagonal.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// A tensor whose dimensions have letters. Dimensions that "..." stands for have '0', '1', ..., counted from
/// the last one, so that they broadcast from there.
struct Term {
  Tensor x;
  std::string letters;
};

bool has(const std::string& letters, char c) { return letters.find(c) != std::string::npos; }

/// `text` with "..." replaced by `count` letters of its own.
std::string spell_out(std::string text, std::size_t count) {
  std::string dots;
  while (count-- > 0) dots += static_cast<char>('0' + count);
  if (const std::size_t place = text.find("..."); place != std::string::npos) text.replace(place, 3, dots);
  for (const char c : text)
    require(std::isalnum(static_cast<unsigned char>(c)),
            "the equation has a '{}' where a letter was expected", c);
  return text;
}

std::vector<std::string> cut(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// A repeated letter becomes the diagonal.
Term without_repeats(Term term) {
  for (std::size_t i = 0; i < term.letters.size(); ++i)
    for (std::size_t j = i + 1; j < term.letters.size();) {
      const char c = term.letters[i];
      if (term.letters[j] != c) {
        ++j;
        continue;
      }
      const auto d = static_cast<std::int64_t>(i), e = static_cast<std::int64_t>(j);
      require<ShapeError>(term.x.size(d) == term.x.size(e), "'{}' stands for sizes {} and {} of {}", c,
                          term.x.size(d), term.x.size(e), term.x.shape());
      term.x = diagonal(term.x, 0, d, e);
      term.letters.erase(j, 1);
      term.letters.erase(i, 1);
      term.letters += c;
      j = i + 1;
    }
  return term;
}

/// Dimensions in the order of `letters`, of size 1 where the term has none.
Tensor arranged(const Term& term, const std::string& letters) {
  Dims order;
  for (const char c : letters)
    if (has(term.letters, c)) order.push_back(static_cast<std::int64_t>(term.letters.find(c)));
  Tensor x = permute(term.x, order);
  for (std::size_t i = 0; i < letters.size(); ++i)
    if (!has(term.letters, letters[i])) x = unsqueeze(x, static_cast<std::int64_t>(i));
  return x;
}

/// Sums over the letters that are not in `wanted`.
Term summed(Term term, const std::string& wanted) {
  Dims dims;
  std::string left;
  for (std::size_t i = 0; i < term.letters.size(); ++i) {
    if (has(wanted, term.letters[i]))
      left += term.letters[i];
    else
      dims.push_back(static_cast<std::int64_t>(i));
  }
  return dims.empty() ? term : Term{sum(term.x, dims), left};
}

using Sizes = std::map<char, std::int64_t>;

/// Dimensions of the letters, those of size 1 expanded where the other side has more.
Tensor expanded(const Term& term, const std::string& letters, const Sizes& sizes) {
  Shape shape;
  for (const char c : letters) shape.push_back(sizes.at(c));
  return expand(arranged(term, letters), shape);
}

/// Both as one batched matrix product, with the letters that are not in `wanted` summed over.
Term product(Term a, Term b, const std::string& wanted, const Sizes& sizes) {
  a = summed(std::move(a), wanted + b.letters);
  b = summed(std::move(b), wanted + a.letters);
  std::string batch, rows, inner, columns;
  for (const char c : a.letters) (!has(b.letters, c) ? rows : has(wanted, c) ? batch : inner) += c;
  for (const char c : b.letters)
    if (!has(a.letters, c)) columns += c;
  const auto count = [&](const std::string& letters) {
    std::int64_t n = 1;
    for (const char c : letters) n *= sizes.at(c);
    return n;
  };
  const Tensor left =
      reshape(expanded(a, batch + rows + inner, sizes), {count(batch), count(rows), count(inner)});
  const Tensor right =
      reshape(expanded(b, batch + inner + columns, sizes), {count(batch), count(inner), count(columns)});
  const std::string letters = batch + rows + columns;
  Shape shape;
  for (const char c : letters) shape.push_back(sizes.at(c));
  return {reshape(matmul(left, right), shape), letters};
}

struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

/// The letters of each operand and of the result.
Equation parse(std::string_view equation, const std::vector<Tensor>& operands) {
  std::string text(equation);
  std::erase(text, ' ');
  const std::size_t arrow = text.find("->");
  Equation parsed{cut(text.substr(0, arrow), ','), {}};
  require(parsed.operands.size() == operands.size(),
          "the equation \"{}\" is of {} operands, but {} were given", equation, parsed.operands.size(),
          operands.size());
  std::size_t dots = 0;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    std::string& letters = parsed.operands[i];
    const bool open = letters.find("...") != std::string::npos;
    const std::size_t named = letters.size() - (open ? 3 : 0), rank = operands[i].rank();
    require<ShapeError>(open ? named <= rank : named == rank,
                        "operand {} is {}, but \"{}\" names {} dimensions", i, operands[i].shape(), letters,
                        named);
    letters = spell_out(letters, rank - named);
    dots = std::max(dots, open ? rank - named : 0);
  }
  if (arrow != std::string::npos) {
    parsed.result = spell_out(text.substr(arrow + 2), dots);
  } else {
    std::map<char, int> seen;
    for (const std::string& letters : parsed.operands)
      for (const char c : letters) ++seen[c];
    for (const auto& [c, times] : seen)
      if (times == 1 && std::isalpha(static_cast<unsigned char>(c))) parsed.result += c;
    parsed.result = spell_out("...", dots) + parsed.result;
  }
  for (std::size_t i = 0; i < parsed.result.size(); ++i) {
    const char c = parsed.result[i];
    require(parsed.result.find(c) == i, "the result of \"{}\" names '{}' twice", equation, c);
    require(
        std::any_of(parsed.operands.begin(), parsed.operands.end(), [&](const auto& l) { return has(l, c); }),
        "the result of \"{}\" names '{}', which no operand does", equation, c);
  }
  return parsed;
}

/// What each letter stands for; sizes of 1 give way.
Sizes sizes_of(const std::vector<Term>& terms) {
  Sizes sizes;
  for (const Term& term : terms)
    for (std::size_t i = 0; i < term.letters.size(); ++i) {
      const std::int64_t n = term.x.shape()[i];
      const auto [known, fresh] = sizes.emplace(term.letters[i], n);
      if (!fresh && known->second == 1) known->second = n;
      require<ShapeError>(n == known->second || n == 1, "'{}' stands for sizes {} and {}", term.letters[i],
                          known->second, n);
    }
  return sizes;
}

/// beta x + alpha product.
Tensor add_product(const Tensor& x, const Tensor& product, const AddMmOptions& options) {
  require<ShapeError>(broadcastable_to(x.shape(), product.shape()),
                      "{} does not broadcast to the product's {}", x.shape(), product.shape());
  const Tensor scaled = options.alpha == 1 ? product : product * options.alpha;
  if (options.beta == 0) return scaled;
  return (options.beta == 1 ? x : x * options.beta) + scaled;
}

}  // namespace

Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands, SourceLocation at) {
  const OpScope scope("einsum", at);
  require(!operands.empty(), "given no operands; needs at least one");
  const Equation parsed = parse(equation, operands);
  std::vector<Term> terms;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    require<DTypeError>(operands[i].dtype() == operands[0].dtype(), "operand 0 is {} but operand {} is {}",
                        operands[0].dtype(), i, operands[i].dtype());
    terms.push_back(without_repeats({operands[i], parsed.operands[i]}));
  }
  const Sizes sizes = sizes_of(terms);
  Term total = terms[0];
  for (std::size_t i = 1; i < terms.size(); ++i) {
    std::string wanted = parsed.result;
    for (std::size_t j = i + 1; j < terms.size(); ++j) wanted += terms[j].letters;
    total = product(std::move(total), terms[i], wanted, sizes);
  }
  total = summed(std::move(total), parsed.result);
  return expanded(total, parsed.result, sizes);
}

Tensor tensordot(const Tensor& a, const Tensor& b, const Dims& dims_a, const Dims& dims_b,
                 SourceLocation at) {
  const OpScope scope("tensordot", at);
  require<ShapeError>(dims_a.size() == dims_b.size(), "dimensions {} of a cannot run with {} of b", dims_a,
                      dims_b);
  std::string left, right, result;
  for (std::size_t d = 0; d < a.rank(); ++d) left += static_cast<char>('a' + d);
  for (std::size_t d = 0; d < b.rank(); ++d) right += static_cast<char>('A' + d);
  for (std::size_t i = 0; i < dims_a.size(); ++i) {
    const std::size_t d = wrap_dim(dims_a[i], a.rank()), e = wrap_dim(dims_b[i], b.rank());
    require<ShapeError>(a.shape()[d] == b.shape()[e],
                        "a is {} and b is {}; dimension {} of a and dimension {} of b differ", a.shape(),
                        b.shape(), d, e);
    require(right[e] == static_cast<char>('A' + e) && !has(right, left[d]),
            "dimensions {} of a or {} of b name one twice", dims_a, dims_b);
    right[e] = left[d];
  }
  for (const char c : left)
    if (!has(right, c)) result += c;
  for (const char c : right)
    if (!has(left, c)) result += c;
  return einsum(left + "," + right + "->" + result, {a, b});
}

Tensor detail::tensordot(const Tensor& a, const Tensor& b, std::int64_t count, const SourceLocation& at) {
  const OpScope scope("tensordot", at);
  require<ShapeError>(count >= 0 && static_cast<std::size_t>(count) <= std::min(a.rank(), b.rank()),
                      "a is {} and b is {}; they do not both have {} dimensions", a.shape(), b.shape(),
                      count);
  Dims dims_a, dims_b;
  for (std::int64_t i = 0; i < count; ++i) {
    dims_a.push_back(i - count);
    dims_b.push_back(i);
  }
  return gradus::tensordot(a, b, dims_a, dims_b);
}

Tensor mm(const Tensor& a, const Tensor& b, SourceLocation at) {
  const OpScope scope("mm", at);
  require<ShapeError>(a.rank() == 2 && b.rank() == 2 && a.size(1) == b.size(0),
                      "a is {} and b is {}; need [m, k] and [k, n]", a.shape(), b.shape());
  return matmul(a, b);
}

Tensor mv(const Tensor& a, const Tensor& x, SourceLocation at) {
  const OpScope scope("mv", at);
  require<ShapeError>(a.rank() == 2 && x.rank() == 1 && a.size(1) == x.size(0),
                      "a is {} and x is {}; need [m, n] and [n]", a.shape(), x.shape());
  return matmul(a, x);
}

Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, const AddMmOptions& options,
             SourceLocation at) {
  const OpScope scope("addmm", at);
  return add_product(x, mm(a, b), options);
}

Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, const AddMmOptions& options,
               SourceLocation at) {
  const OpScope scope("baddbmm", at);
  return add_product(x, bmm(a, b), options);
}

Tensor addmv(const Tensor& y, const Tensor& a, const Tensor& x, const AddMmOptions& options,
             SourceLocation at) {
  const OpScope scope("addmv", at);
  return add_product(y, mv(a, x), options);
}

}  // namespace gradus
