#include <gradus/data/pickle.hpp>

#include <algorithm>
#include <bit>
#include <unordered_map>

#include <gradus/data/pickle_op.hpp>

namespace gradus::data {

namespace {

constexpr std::string_view ordered_dict = "collections.OrderedDict";

}  // namespace

std::string PickleValue::describe() const {
  switch (kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return integer != 0 ? "True" : "False";
    case Kind::integer:
      return fmt::format("the number {}", integer);
    case Kind::real:
      return fmt::format("the number {}", real);
    case Kind::text:
      return fmt::format("the text '{}'", text);
    case Kind::tuple:
      return "a tuple";
    case Kind::list:
      return "a list";
    case Kind::dict:
      return "a dict";
    case Kind::global:
      return text;
    case Kind::call:
      return fmt::format("what {} makes", text);
    case Kind::persistent:
      break;
  }
  return "a storage";
}

/// The machine of one run.
class Pickle::Machine {
 public:
  Machine(const Source& source, std::span<const std::string_view> globals, std::deque<PickleValue>& values)
      : source_(source), globals_(globals), values_(values) {}

  const PickleValue* run() {
    for (;;) {
      const auto op = static_cast<PickleOp>(number<std::uint8_t>());
      if (op == PickleOp::stop) break;
      if (!step_constant(op) && !step_collection(op) && !step_memory(op))
        stop("has the instruction 0x{:02x}, which no dict of tensors needs", static_cast<int>(op));
    }
    if (stack_.size() != 1 || !marks_.empty()) stop("leaves {} values", stack_.size());
    return stack_.back();
  }

 private:
  using Kind = PickleValue::Kind;

  template <class... T>
  [[noreturn]] void stop(fmt::format_string<T...> text, T&&... values) const {
    source_.stop("{}, at byte {}", fmt::format(text, std::forward<T>(values)...), place_);
  }

  /// The next number of the program.
  template <class T>
  T number() {
    if (source_.size() - place_ < sizeof(T)) stop("is truncated");
    const T value = source_.number<T>(place_);
    place_ += sizeof(T);
    return value;
  }
  std::string text(std::uint64_t size) {
    if (source_.size() - place_ < size) stop("is truncated: a text of {} bytes", size);
    std::string value = source_.text(place_, size);
    place_ += size;
    return value;
  }
  std::string line() {
    const auto rest = source_.bytes().subspan(place_);
    const auto end = std::find(rest.begin(), rest.end(), std::byte{'\n'});
    if (end == rest.end()) stop("is truncated: a name without an end");
    std::string value = text(static_cast<std::uint64_t>(end - rest.begin()));
    ++place_;
    return value;
  }

  PickleValue& push(Kind kind) {
    PickleValue& value = values_.emplace_back();
    value.kind = kind;
    stack_.push_back(&value);
    return value;
  }
  void push_integer(Kind kind, std::int64_t value) { push(kind).integer = value; }

  /// The topmost value, above the last mark.
  PickleValue& top() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) stop("takes a value where there is none");
    return *stack_.back();
  }
  PickleValue& pop() {
    PickleValue& value = top();
    stack_.pop_back();
    return value;
  }
  std::vector<const PickleValue*> pop(std::size_t count) {
    std::vector<const PickleValue*> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = &pop();
    return items;
  }
  /// All values above the last mark, which goes.
  std::vector<const PickleValue*> pop_marked() {
    if (marks_.empty()) stop("takes up to a mark where there is none");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<const PickleValue*> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  PickleValue& container(Kind kind) {
    PickleValue& value = top();
    if (!value.is(kind)) stop("puts items into {}", value.describe());
    return value;
  }

  bool step_constant(PickleOp op) {
    switch (op) {
      case PickleOp::proto:
        if (const int version = number<std::uint8_t>(); version != 2)
          stop("is a pickle of protocol {}; PyTorch writes 2", version);
        return true;
      case PickleOp::none:
        return push(Kind::none), true;
      case PickleOp::new_true:
      case PickleOp::new_false:
        return push_integer(Kind::boolean, op == PickleOp::new_true), true;
      case PickleOp::binint:
        return push_integer(Kind::integer, number<std::int32_t>()), true;
      case PickleOp::binint1:
        return push_integer(Kind::integer, number<std::uint8_t>()), true;
      case PickleOp::binint2:
        return push_integer(Kind::integer, number<std::uint16_t>()), true;
      case PickleOp::long1:
        return push_integer(Kind::integer, long_integer()), true;
      case PickleOp::binfloat: {
        std::uint64_t bits = number<std::uint64_t>();
        push(Kind::real).real = std::bit_cast<double>(__builtin_bswap64(bits));  // highest byte first
        return true;
      }
      case PickleOp::binunicode: {
        const auto size = number<std::uint32_t>();
        std::string value = text(size);
        push(Kind::text).text = std::move(value);
        return true;
      }
      default:
        return false;
    }
  }

  /// Up to 8 bytes, the lowest first, in two's complement.
  std::int64_t long_integer() {
    const int size = number<std::uint8_t>();
    if (size > 8) stop("has a number of {} bytes", size);
    std::uint64_t bits = 0;
    for (int i = 0; i < size; ++i) bits |= static_cast<std::uint64_t>(number<std::uint8_t>()) << (8 * i);
    if (size > 0 && size < 8 && (bits >> (8 * size - 1) & 1U) != 0) bits |= ~std::uint64_t{0} << (8 * size);
    return static_cast<std::int64_t>(bits);
  }

  bool step_collection(PickleOp op) {
    switch (op) {
      case PickleOp::mark:
        return marks_.push_back(stack_.size()), true;
      case PickleOp::empty_tuple:
        return push(Kind::tuple), true;
      case PickleOp::empty_list:
        return push(Kind::list), true;
      case PickleOp::empty_dict:
        return push(Kind::dict), true;
      case PickleOp::tuple1:
      case PickleOp::tuple2:
      case PickleOp::tuple3:
        return push_tuple(pop(static_cast<std::size_t>(op) - static_cast<std::size_t>(PickleOp::tuple1) + 1)),
               true;
      case PickleOp::tuple:
        return push_tuple(pop_marked()), true;
      case PickleOp::append:
      case PickleOp::appends:
        return add(Kind::list, op == PickleOp::append ? pop(1) : pop_marked()), true;
      case PickleOp::setitem:
      case PickleOp::setitems:
        return add(Kind::dict, op == PickleOp::setitem ? pop(2) : pop_marked()), true;
      default:
        return false;
    }
  }

  void push_tuple(std::vector<const PickleValue*> items) { push(Kind::tuple).items = std::move(items); }
  void add(Kind kind, const std::vector<const PickleValue*>& items) {
    PickleValue& target = container(kind);
    if (kind == Kind::dict && items.size() % 2 != 0) stop("has a key without a value");
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  bool step_memory(PickleOp op) {
    switch (op) {
      case PickleOp::global:
        return push_global(), true;
      case PickleOp::reduce:
        return call(), true;
      case PickleOp::build:  // attributes of a dict: PyTorch notes versions of modules there
        pop();
        container(Kind::dict);
        return true;
      case PickleOp::binpersid: {
        const PickleValue& name = pop();
        if (!name.is(Kind::tuple)) stop("names a storage by {}", name.describe());
        push(Kind::persistent).items = name.items;
        return true;
      }
      case PickleOp::binput:
        return memory_[number<std::uint8_t>()] = &top(), true;
      case PickleOp::long_binput:
        return memory_[number<std::uint32_t>()] = &top(), true;
      case PickleOp::binget:
        return recall(number<std::uint8_t>()), true;
      case PickleOp::long_binget:
        return recall(number<std::uint32_t>()), true;
      default:
        return false;
    }
  }

  void push_global() {
    const std::string module = line();
    std::string name = module + "." + line();
    if (std::find(globals_.begin(), globals_.end(), name) == globals_.end())
      stop("asks for {}, which is no part of a dict of tensors; nothing was run", name);
    push(Kind::global).text = std::move(name);
  }
  void call() {
    const PickleValue &arguments = pop(), &called = pop();
    if (!called.is(Kind::global) || !arguments.is(Kind::tuple)) stop("calls {}", called.describe());
    if (called.text == ordered_dict) {
      if (!arguments.items.empty()) stop("makes an OrderedDict of something");
      push(Kind::dict);
      return;
    }
    PickleValue& result = push(Kind::call);
    result.text = called.text;
    result.items = arguments.items;
  }
  void recall(std::uint32_t i) {
    const auto found = memory_.find(i);
    if (found == memory_.end()) stop("recalls value {}, which was not remembered", i);
    stack_.push_back(found->second);
  }

  const Source& source_;
  std::span<const std::string_view> globals_;
  std::deque<PickleValue>& values_;
  std::uint64_t place_ = 0;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;  ///< heights of the stack
  std::unordered_map<std::uint32_t, PickleValue*> memory_;
};

Pickle::Pickle(const Source& source, std::span<const std::string_view> globals)
    : root_(Machine(source, globals, values_).run()) {}

}  // namespace gradus::data
