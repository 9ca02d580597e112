"""Full-text search in Chinese: pairs of neighbouring characters, in the index and in the query.

Sphinx's own splitter needs a dictionary for the index and has none in the browser, so a query of
several words finds nothing. Pairs need no dictionary and are the same on both sides.
"""

import re

from sphinx.search.en import SearchEnglish

RUN = r"[\u3400-\u9fff\uf900-\ufaff]+"
WORD = re.compile(rf"({RUN})|(\w+?)(?={RUN}|\W|$)")

JAVASCRIPT = r"""
var splitQuery = (query) => {
  const terms = [];
  const word = new RegExp(
    "([\\u3400-\\u9fff\\uf900-\\ufaff]+)|([\\p{Letter}\\p{Number}_]+?)" +
      "(?=[\\u3400-\\u9fff\\uf900-\\ufaff]|[^\\p{Letter}\\p{Number}_]|$)",
    "gu",
  );
  for (const [, run, plain] of query.matchAll(word)) {
    if (plain) terms.push(plain);
    else if (run.length === 1) terms.push(run);
    else for (let i = 0; i + 1 < run.length; i++) terms.push(run.slice(i, i + 2));
  }
  return terms;
};
"""


def split(text):
    """Words of a text: pairs out of each run of Chinese characters, and what stands between.

    >>> split("自动求导 autograd用法")
    ['自动', '动求', '求导', 'autograd', '用法']
    """
    terms = []
    for run, plain in WORD.findall(text):
        if plain:
            terms.append(plain)
        elif len(run) == 1:
            terms.append(run)
        else:
            terms += [run[i : i + 2] for i in range(len(run) - 1)]
    return terms


class ChineseSearch(SearchEnglish):
    """English stems for Latin words, pairs for Chinese ones."""

    lang = "zh"
    language_name = "English"  # names the stemmer in the browser
    js_splitter_code = JAVASCRIPT

    def split(self, input):
        """Words of a text."""
        return split(input)

    def word_filter(self, stemmed_word):
        """Whether a word is kept: all but the commonest English ones."""
        return bool(stemmed_word) and stemmed_word not in self.stopwords


def setup(app):
    """Take the place of Sphinx's splitter."""
    app.add_search_language(ChineseSearch)
