{#-
How every measure comes from a row that was sent: the one place that says it, for the models that add up and for the
lineage that leads back. One line each: measure | column whose cell it rests on | what the row brings to the sum (null
where it is unknown and counts on no side). Text, because macros give nothing else: split it at line ends and ' | '.
-#}

{#- What is counted at the period's end counts active unions only; what happened within it counts all. -#}
{% macro membership_measures() %}
unions | union_code | case when is_active then 1 else 0 end
workers_total | workers_total | case when is_active then workers_total end
workers_female | workers_female | case when is_active then workers_female end
members_total | members_total | case when is_active then members_total end
members_female | members_female | case when is_active then members_female end
members_admitted | members_admitted | members_admitted
members_left | members_left | members_left
unions_founded | established_on | case when is_founded_in_period then 1 when not is_founded_in_period then 0 end
unions_with_groups | union_groups | case when is_active and union_groups > 0 then 1 when is_active and union_groups = 0 then 0 end
union_groups | union_groups | case when is_active then union_groups end
unions_with_sub_unions | sub_unions | case when is_active and sub_unions > 0 then 1 when is_active and sub_unions = 0 then 0 end
sub_unions | sub_unions | case when is_active then sub_unions end
officers_elected | officers_elected | case when is_active and officers_trained is not null then officers_elected end
officers_trained | officers_trained | case when is_active and officers_elected is not null then officers_trained end
density_members | members_total | case when is_active and counts_for_density and workers_total is not null then members_total end
density_workers | workers_total | case when is_active and counts_for_density and members_total is not null then workers_total end
{% endmacro %}

{#- A rating that nobody gave is unknown, not a bad one: it counts on neither side. -#}
{% macro union_measures() %}
{%- set rated = "is_active and rating is not null" -%}
{%- set good = "is_active and rating in ('excellent', 'good')" %}
unions_ended | ended_on | case when is_ended_in_period then 1 else 0 end
unions_non_state | sector | case when is_active and not is_state then 1 when is_state is not null then 0 end
members_non_state | members_total | case when is_active and not is_state then members_total when is_state then 0 end
occupational_unions | sector | case when is_active and not counts_for_density then 1 when counts_for_density is not null then 0 end
members_occupational | members_total | case when is_active and not counts_for_density then members_total when counts_for_density then 0 end
unions_rated | rating | case when {{ rated }} then 1 end
unions_rated_good | rating | case when {{ good }} then 1 when {{ rated }} then 0 end
unions_rated_state | rating | case when is_state and {{ rated }} then 1 end
unions_rated_good_state | rating | case when is_state and {{ good }} then 1 when is_state and {{ rated }} then 0 end
unions_rated_non_state | rating | case when not is_state and {{ rated }} then 1 end
unions_rated_good_non_state | rating | case when not is_state and {{ good }} then 1 when not is_state and {{ rated }} then 0 end
{% endmacro %}

{#- A unit whose agreements have not come is missing, not without agreements: it stays out of the ratio. -#}
{% macro eligibility_measures() %}
eligible_units | union_code | case when is_eligible then 1 else 0 end
eligible_units_reported | union_code | case when is_agreements_reported then case when is_eligible then 1 else 0 end end
with_agreement | union_code | case when is_eligible and has_agreement then 1 when is_agreements_reported then 0 end
{% endmacro %}

{#-
Of an agreement as a whole, whatever the number of its employers. What counts only agreements in force is 0, not
unknown, where the last one has expired.
-#}
{% macro agreement_measures() %}
{%- set known = "quality is not null or is_in_force = 0" %}
multi_employer | scope | multi_employer
amended_in_period | amended_on | amended_in_period
expiring | expires_on | coalesce(expiring, 0)
grade_a | quality | case when quality = 'a' then 1 when {{ known }} then 0 end
grade_b | quality | case when quality = 'b' then 1 when {{ known }} then 0 end
grade_c | quality | case when quality = 'c' then 1 when {{ known }} then 0 end
grade_d | quality | case when quality = 'd' then 1 when {{ known }} then 0 end
not_graded | quality | case when quality = 'not_graded' then 1 when {{ known }} then 0 end
graded | quality | case when quality <> 'not_graded' then 1 when {{ known }} then 0 end
good | quality | case when quality in ('a', 'b') then 1 when {{ known }} then 0 end
terms_known | better_terms | case when better_terms is not null then 1 else 0 end
with_better_terms | better_terms | case when better_terms > 0 then 1 when better_terms = 0 or is_in_force = 0 then 0 end
better_terms | better_terms | case when is_in_force = 0 then 0 else better_terms end
meal_known | shift_meal_vnd | case when shift_meal_vnd is not null then 1 else 0 end
shift_meal_sum | shift_meal_vnd | case when is_in_force = 0 then 0 else shift_meal_vnd end
{% endmacro %}

{#- How far the outreach has come: 1 surveyed, 2 approached (also where it was refused), 3 union founded. -#}
{% macro outreach_stage(status) -%}
    case {{ status }}
        when 'union_founded' then 3
        when 'refused' then 2
        when 'approached' then 2
        when 'surveyed' then 1
        when 'not_contacted' then 0
    end
{%- endmacro %}
