with targets as (
    select * from {{ ref('int_targets_combined') }}
    where is_newest and target_value is not null and not is_qualitative
),

sets as (
    select * from {{ ref('int_target_sets') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors_dated') }}
    where distance = 1
),

-- The tree of the day of giving; where that is not known, of the day when the unit began.
own as (
    select
        targets.*,
        indicators.aggregation_over_units = 'sum' as adds_up_over_units,
        targets.operator in ('>', '>=', '=') as is_least,
        coalesce(targets.given_on, targets.org_unit_valid_from) as tree_on
    from targets
    inner join indicators on targets.indicator_code = indicators.indicator_code
),

-- Ceilings are not added up: what is at most so much for the whole says nothing of the parts.
parents as (
    select * from own
    where is_least or not adds_up_over_units
),

children as (
    select
        parents.*,
        ancestors.org_unit_code as child_code
    from parents
    inner join ancestors
        on
            parents.org_unit_code = ancestors.ancestor_code
            and parents.tree_on >= ancestors.shared_from
            and (ancestors.shared_to is null or parents.tree_on < ancestors.shared_to)
),

-- The same target: of the same set or one that carries it out, over the same years and the same threshold.
candidates as (
    select
        children.*,
        given.target_value as child_value,
        row_number() over (
            partition by
                children.org_unit_code,
                children.org_unit_valid_from,
                children.indicator_code,
                children.target_set,
                children.target_year,
                children.child_code
            order by
                case when given.target_set = children.target_set then 0 else 1 end asc,
                given.given_on desc nulls last,
                given.target_set asc
        ) as rank_of_set
    from children
    inner join own as given
        on
            children.child_code = given.org_unit_code
            and children.tree_on >= given.org_unit_valid_from
            and (given.org_unit_valid_to is null or children.tree_on < given.org_unit_valid_to)
            and children.indicator_code = given.indicator_code
            and children.target_year = given.target_year
            and children.is_least = given.is_least
            and coalesce(children.first_year, children.target_year)
            = coalesce(given.first_year, given.target_year)
            and coalesce(children.threshold, 0) = coalesce(given.threshold, 0)
    inner join sets
        on given.target_set = sets.target_set and given.set_org_unit_code = sets.org_unit_code
    where given.target_set = children.target_set or sets.parent_set = children.target_set
),

counted as (
    select
        children.org_unit_code,
        children.org_unit_valid_from,
        children.indicator_code,
        children.target_set,
        children.target_year,
        count(*) as children_total,
        count(candidates.child_value) as children_given,
        sum(candidates.child_value) as children_value,
        min(candidates.child_value) as children_min,
        max(candidates.child_value) as children_max
    from children
    left join candidates
        on
            children.org_unit_code = candidates.org_unit_code
            and children.org_unit_valid_from = candidates.org_unit_valid_from
            and children.indicator_code = candidates.indicator_code
            and children.target_set = candidates.target_set
            and children.target_year = candidates.target_year
            and children.child_code = candidates.child_code
            and candidates.rank_of_set = 1
    group by
        children.org_unit_code,
        children.org_unit_valid_from,
        children.indicator_code,
        children.target_set,
        children.target_year
),

compared as (
    select
        parents.org_unit_code,
        parents.org_unit_valid_from,
        parents.indicator_code,
        parents.target_set,
        parents.first_year,
        parents.target_year,
        parents.operator,
        parents.target_value,
        parents.threshold,
        parents.given_in,
        parents.tree_on,
        counted.children_total,
        counted.children_given,
        case when parents.adds_up_over_units then counted.children_value end as children_value,
        counted.children_min,
        counted.children_max,
        case when parents.adds_up_over_units then counted.children_value - parents.target_value end
            as difference,
        parents.adds_up_over_units
    from parents
    inner join counted
        on
            parents.org_unit_code = counted.org_unit_code
            and parents.org_unit_valid_from = counted.org_unit_valid_from
            and parents.indicator_code = counted.indicator_code
            and parents.target_set = counted.target_set
            and parents.target_year = counted.target_year
),

-- Values come with at most a few decimals; a difference below them is one of floating point.
final as (
    select
        org_unit_code,
        org_unit_valid_from,
        indicator_code,
        target_set,
        first_year,
        target_year,
        operator,
        target_value,
        threshold,
        given_in,
        tree_on,
        children_total,
        children_given,
        children_value,
        children_min,
        children_max,
        difference,
        case
            when children_given = 0 then 'not_handed_down'
            when not adds_up_over_units then 'listed'
            when abs(difference) < 0.000001 then 'adds_up'
            when difference > 0 then 'more'
            else 'less'
        end as status
    from compared
)

select * from final
