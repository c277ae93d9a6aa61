package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswersTest {
    private final Answers answers = new Answers();

    @Test
    void aHandOverIsNoOverlap() {
        taken("a", 0, 5);
        refused("b", 1, 2);
        taken("a", 50, 55);
        refused("a", 100, 101);
        refused("b", 110, 111);
        taken("b", 160, 165);
        taken("b", 210, 215);
        refused("a", 211, 212);

        assertThat(answers.atOnce()).isEmpty();
    }

    @Test
    void aWriteBetweenTwoOfTheOtherSiteIsAnOverlap() {
        taken("b", 0, 5);
        taken("a", 10, 15);
        taken("b", 20, 25);

        assertThat(answers.atOnce()).isPresent();
    }

    @Test
    void theSitesMayBeNamedTheOtherWayRound() {
        taken("a", 0, 5);
        taken("b", 10, 15);
        taken("a", 20, 25);

        assertThat(answers.atOnce()).isPresent();
    }

    /** Both moments may lie one after the other, though the questions overlap. */
    @Test
    void oneAnswerOfEachThatOverlapProvesNothing() {
        taken("a", 0, 100);
        taken("b", 50, 150);

        assertThat(answers.atOnce()).isEmpty();
    }

    @Test
    void runsThatInterlockAreAnOverlap() {
        taken("a", 0, 5);
        taken("b", 3, 8);
        taken("a", 50, 55);
        taken("b", 53, 58);

        assertThat(answers.atOnce()).isPresent();
    }

    @Test
    void aRefusalInBetweenEndsARun() {
        taken("b", 0, 5);
        refused("b", 6, 7);
        taken("a", 10, 15);
        refused("a", 16, 17);
        taken("b", 20, 25);

        assertThat(answers.atOnce()).isEmpty();
    }

    /** The site went back to the first server and came again. */
    @Test
    void theSiteMayComeAndGo() {
        for (int i = 0; i < 3; i++) {
            int begin = i * 1000;
            taken("a", begin, begin + 5);
            refused("b", begin + 2, begin + 3);
            taken("a", begin + 50, begin + 55);
            refused("a", begin + 100, begin + 105);
            taken("b", begin + 500, begin + 505);
            taken("b", begin + 550, begin + 555);
            refused("b", begin + 600, begin + 605);
        }
        assertThat(answers.atOnce()).isEmpty();

        taken("a", 4000, 4005);
        taken("b", 4010, 4015);
        taken("a", 4050, 4055);

        assertThat(answers.atOnce().orElseThrow()).contains("site=a").contains("site=b");
    }

    @Test
    void oneThatNeverEndsToTakeWritesIsSeenWhenTheOtherHasTakenTwo() {
        taken("a", 0, 5);
        taken("a", 50, 55);
        taken("b", 60, 65);
        assertThat(answers.atOnce()).isEmpty();
        taken("a", 100, 105);
        assertThat(answers.atOnce()).isPresent();
    }

    private void taken(String site, long began, long ended) {
        answers.add(site, true, began, ended);
    }

    private void refused(String site, long began, long ended) {
        answers.add(site, false, began, ended);
    }
}
