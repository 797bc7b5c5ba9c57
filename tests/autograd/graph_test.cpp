#include <boost/graph/graphml.hpp>

#include <gradus/autograd/graph.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support/catch.hpp"
#include "support/chain.hpp"

namespace gradus::graph_test {
using Catch::Matchers::Contains;

namespace {

constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};

/// Two results, the second unlike the first in shape.
struct Split {
  static constexpr std::string_view name = "test_split";
  std::int64_t at = 0;
  std::array<Tensor, 2> forward(const Tensor& x) const {
    return {slice(x, 0, 0, at).clone(), slice(x, 0, at, x.size(0)).clone()};
  }
  void backward(Backward&) const {}
};

Tensor named(std::string name, const Shape& shape) {
  Tensor x = ones(shape, variable);
  x.set_name(std::move(name));
  return x;
}

std::size_t count_op(const Graph& g, std::string_view op) {
  std::size_t count = 0;
  for (std::size_t v = 0; v < num_vertices(g); ++v) count += g[v].op == op;
  return count;
}

std::size_t vertex_of(const Graph& g, std::string_view op) {
  for (std::size_t v = 0; v < num_vertices(g); ++v)
    if (g[v].op == op) return v;
  FAIL("no vertex " << op);
  return 0;
}

}  // namespace

TEST_CASE("graph: one vertex per op and leaf, edges the way the values went", "[graph]") {
  const Tensor w = named("fc.weight", {2, 3}), x = ones({2, 3}, {.dtype = float64});
  const SourceLocation line = SourceLocation::current();
  const Tensor product = w * x;
  const Tensor loss = sum(product * product + w);
  const Graph g = graph(loss);
  CHECK(num_vertices(g) == 5);  // w, mul, mul, add, sum; the constant x is not on the tape
  CHECK(num_edges(g) == 6);
  CHECK(count_op(g, "leaf") == 1);
  CHECK(count_op(g, "mul") == 2);

  const GraphVertex& leaf = g[vertex_of(g, "leaf")];
  CHECK(leaf.is_leaf);
  CHECK(leaf.name == "fc.weight");
  REQUIRE(leaf.outputs.size() == 1);
  CHECK(leaf.outputs[0].shape == Shape{2, 3});
  CHECK(leaf.outputs[0].dtype == float64);

  const std::size_t first = vertex_of(g, "mul");
  CHECK_FALSE(g[first].is_leaf);
  CHECK(g[first].at.line == line.line + 1);
  CHECK(g[first].at.file_name() == "graph_test.cpp");
  CHECK(in_degree(first, g) == 1);
  CHECK(out_degree(first, g) == 2);  // to both arguments of the second
  const auto [begin, end] = out_edges(first, g);
  std::vector<std::uint32_t> arguments;
  for (auto e = begin; e != end; ++e) arguments.push_back(g[*e].input);
  CHECK(arguments == std::vector<std::uint32_t>{0, 1});

  const std::size_t last = vertex_of(g, "sum");
  CHECK(g[last].is_result);
  CHECK(out_degree(last, g) == 0);
  CHECK_FALSE(g[first].is_result);
}

TEST_CASE("graph: attributes, several results, and which of them goes where", "[graph]") {
  const Tensor x = named("x", {5});
  const auto [head, tail] = record(Split{2}, SourceLocation::current(), x);
  const Graph g = graph({sum(tail), sum(head)});
  const std::size_t split = vertex_of(g, "test_split");
  CHECK(g[split].attributes == "at=2");
  REQUIRE(g[split].outputs.size() == 2);
  CHECK(g[split].outputs[0].shape == Shape{2});
  CHECK(g[split].outputs[1].shape == Shape{3});
  CHECK(num_vertices(g) == 4);
  std::vector<std::uint32_t> used;
  const auto [begin, end] = out_edges(split, g);
  for (auto e = begin; e != end; ++e) used.push_back(g[*e].output);
  CHECK(used == std::vector<std::uint32_t>{1, 0});  // sum(tail) was recorded first
  CHECK(g[2].is_result);
  CHECK(g[3].is_result);
}

TEST_CASE("graph: of a leaf, and of an optional input that is absent", "[graph]") {
  const Graph g = graph(named("w", {2}));
  CHECK(num_vertices(g) == 1);
  CHECK(num_edges(g) == 0);
  CHECK(g[0].is_leaf);
  CHECK(g[0].is_result);
}

TEST_CASE("graph refuses what the tape does not know", "[graph][error]") {
  CHECK_THROWS_AS(graph(ones({2})), GraphError);
  CHECK_THROWS_WITH(graph(ones({2})), Contains("graph: result 0 does not require a gradient"));
  const Tensor loss = sum(named("w", {2}) * 2);
  loss.backward();
  CHECK_THROWS_AS(graph(loss), GraphError);
  CHECK_THROWS_WITH(graph(loss), Contains("sum (graph_test.cpp:") && Contains("has been freed by backward"));
}

TEST_CASE("topological_order puts each vertex behind what it was computed from", "[graph]") {
  const Tensor w = named("w", {3}), b = named("b", {3});
  Tensor y = w;
  for (int i = 0; i < 20; ++i) y = y * w + b;
  Graph g = graph(sum(y));
  const auto order = topological_order(g);
  std::vector<std::size_t> place(num_vertices(g));
  REQUIRE(order.size() == num_vertices(g));
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  const auto [begin, end] = edges(g);
  for (auto e = begin; e != end; ++e) CHECK(place[source(*e, g)] < place[target(*e, g)]);
  add_edge(num_vertices(g) - 1, 0, g);
  CHECK_THROWS_AS(topological_order(g), GraphError);
}

TEST_CASE("the graph of a chain of a million additions", "[graph][chain]") {
  constexpr std::size_t length = test::chain_length;
  Tensor y = ones({}, variable);
  for (std::size_t i = 0; i < length; ++i) y = y + 1;
  const Graph g = graph(y);
  CHECK(num_vertices(g) == length + 1);
  CHECK(num_edges(g) == length);
  const auto order = topological_order(g);
  CHECK(g[order.front()].is_leaf);
  CHECK(g[order.back()].is_result);
}

namespace {

/// A network with everything that could upset a parser in its names.
Graph difficult() {
  const Tensor w = named("a \"quoted\" \\N <name> & 'more'\n->{x}|é", {2, 3});
  const auto [head, tail] = record(Split{1}, SourceLocation::current(), w);
  const Tensor x = ones({2, 3}, variable);
  return graph({sum(permute(head * x, {1, 0})), sum(tail)});
}

}  // namespace

TEST_CASE("to_dot labels ops and leaves and tells them apart", "[graph][dot]") {
  const Tensor w = named("fc.weight", {2, 3});
  const std::string dot = to_dot(graph(sum(permute(w * 2, {1, 0}) * ones({3, 2}, variable))));
  CHECK_THAT(dot, Catch::Matchers::StartsWith("digraph"));
  CHECK_THAT(dot, Contains(R"("fc.weight\n[2, 3] float64", style=filled, fillcolor=lightblue)"));
  CHECK_THAT(dot, Contains(R"("leaf\n[3, 2] float64", style=filled, fillcolor=lightgray)"));
  CHECK_THAT(dot, Contains(R"("permute\ndims=[1, 0]\n[3, 2] float64\ngraph_test.cpp:)"));
  CHECK_THAT(dot, Contains("->") && Contains("headlabel=\"1\"") && Contains("penwidth=3"));
  CHECK_THAT(to_dot(difficult()), Contains(R"("a \"quoted\" \\N <name> & 'more' ->{x}|é\n[2, 3] float64")") &&
                                      Contains("taillabel=\"1\""));
}

TEST_CASE("Graphviz reads what to_dot writes", "[graph][dot]") {
  if (std::system("dot -V > /dev/null 2>&1") != 0) {
    WARN("Graphviz is not installed; nothing was tried");
    return;
  }
  const std::string path = GRADUS_BINARY_DIR "/graph_test.dot", plain = path + ".plain";
  const Graph g = difficult();
  std::ofstream(path) << to_dot(g);
  REQUIRE(std::system(("dot -Tplain -o " + plain + " " + path + " 2> " + path + ".err").c_str()) == 0);
  std::ifstream in(plain);
  std::size_t nodes = 0, links = 0;
  for (std::string line; std::getline(in, line);) {
    nodes += line.starts_with("node ");
    links += line.starts_with("edge ");
  }
  CHECK(nodes == num_vertices(g));
  CHECK(links == num_edges(g));
  std::stringstream errors;
  errors << std::ifstream(path + ".err").rdbuf();
  CHECK(errors.str().empty());
}

namespace {

struct ReadVertex {
  std::string op, attributes, name, outputs, source;
  bool leaf = false, result = false;
};
struct ReadEdge {
  int output = 9, input = 9;
};
using ReadGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, ReadVertex, ReadEdge>;

}  // namespace

TEST_CASE("to_graphml can be read back and says everything", "[graph][graphml]") {
  const Graph g = difficult();
  ReadGraph back;
  boost::dynamic_properties properties;
  properties.property("op", get(&ReadVertex::op, back));
  properties.property("attributes", get(&ReadVertex::attributes, back));
  properties.property("name", get(&ReadVertex::name, back));
  properties.property("outputs", get(&ReadVertex::outputs, back));
  properties.property("source", get(&ReadVertex::source, back));
  properties.property("leaf", get(&ReadVertex::leaf, back));
  properties.property("result", get(&ReadVertex::result, back));
  properties.property("output", get(&ReadEdge::output, back));
  properties.property("input", get(&ReadEdge::input, back));
  std::istringstream in(to_graphml(g));
  boost::read_graphml(in, back, properties);

  REQUIRE(num_vertices(back) == num_vertices(g));
  REQUIRE(num_edges(back) == num_edges(g));
  for (std::size_t v = 0; v < num_vertices(g); ++v) {
    CHECK(back[v].op == g[v].op);
    CHECK(back[v].attributes == g[v].attributes);
    CHECK(back[v].leaf == g[v].is_leaf);
    CHECK(back[v].result == g[v].is_result);
    CHECK(back[v].source.empty() == g[v].is_leaf);
  }
  CHECK(back[0].name == "a \"quoted\" \\N <name> & 'more' ->{x}|é");
  CHECK(back[0].outputs == "[2, 3] float64");
  CHECK(back[vertex_of(g, "test_split")].outputs == "[1, 3] float64, [1, 3] float64");
  const auto [begin, end] = edges(g);
  for (auto e = begin; e != end; ++e) {
    const auto [found, exists] = edge(source(*e, g), target(*e, g), back);
    REQUIRE(exists);
    CHECK(back[found].output == static_cast<int>(g[*e].output));
    CHECK(back[found].input == static_cast<int>(g[*e].input));
  }
}

}  // namespace gradus::graph_test
